package dev.tandem.devices;

import dev.tandem.graph.Node;

/** Hears when each operation of a run started and ended. */
@FunctionalInterface
public interface OpSpans {
  /** Hears nothing: devices skip all time stamps. */
  OpSpans NONE = (node, startNs, endNs) -> {};

  /** One operation ran from {@code startNs} to {@code endNs}, in {@link System#nanoTime} time. */
  void span(Node node, long startNs, long endNs);
}
