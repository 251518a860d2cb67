package dev.tandem.devices;

import dev.tandem.graph.Node;

/**
 * Hears when a run and its operations started and ended. All times are in {@link System#nanoTime}
 * time; a device with a clock of its own aligns it and says with {@link #clockError} how exact that
 * is.
 */
@FunctionalInterface
public interface OpSpans {
  /** Hears nothing: devices skip all time stamps. */
  OpSpans NONE = (node, startNs, endNs) -> {};

  /** Which way data went between host and device. */
  enum Direction {
    /** Host to device. */
    UPLOAD,
    /** Device to host. */
    DOWNLOAD,
    /** Memory that both share handed to the device: nothing is copied. */
    UNMAP,
    /** Memory that both share handed to the host: nothing is copied. */
    MAP
  }

  /** One operation ran. */
  void span(Node node, long startNs, long endNs);

  /**
   * Whether operations of a batch that is computed in parts beside each other are told part by
   * part, not as one from the start of the first to the end of the last.
   */
  default boolean parts() {
    return false;
  }

  /**
   * One operation ran for a part of the batch. Those of one part follow each other.
   *
   * @param part its number, from 1; 0 if the batch is not in parts
   */
  default void span(Node node, int part, long startNs, long endNs) {
    span(node, startNs, endNs);
  }

  /** Whether {@link #span} is wanted; if not, devices spare themselves its cost. */
  default boolean operations() {
    return true;
  }

  /**
   * Called before all others by a device with a clock of its own.
   *
   * @param errorNs how far off any of this run's times may be, ns
   */
  default void clockError(long errorNs) {}

  /**
   * The device computed from its first operation to its last. A device that says nothing computed
   * for as long as {@link Executable#run} took.
   */
  default void busy(long startNs, long endNs) {}

  /** Data went between host and device. */
  default void transfer(Direction direction, long bytes, long startNs, long endNs) {}
}
