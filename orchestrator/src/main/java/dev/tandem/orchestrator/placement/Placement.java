package dev.tandem.orchestrator.placement;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which device does what. Devices are written as {@code Devices.open} takes them; equal texts are
 * one device.
 *
 * @param lanes the ways that pictures take, at least one
 * @param ringDepth pictures a stage may hold, the one at work and those waiting: 1 to {@value
 *     #MOST_DEPTH}, or {@value #DEPTH_BY_MEMORY} for a depth by what a waiting picture needs
 * @param order in which finished pictures come out
 */
public record Placement(List<Lane> lanes, int ringDepth, Order order) {
  public static final int DEPTH_BY_MEMORY = 0;
  public static final int MOST_DEPTH = 64;

  public Placement {
    lanes = List.copyOf(lanes);
    if (lanes.isEmpty()) {
      throw new PlacementException("lanes is []: it needs at least one lane");
    }
    if (ringDepth < 0 || ringDepth > MOST_DEPTH) {
      throw new PlacementException(
          "ringDepth is " + ringDepth + ": it must be 1 to " + MOST_DEPTH + ", or be left out");
    }
  }

  /** Lanes with the default options. */
  public static Placement of(List<Lane> lanes) {
    return new Placement(lanes, DEPTH_BY_MEMORY, Order.PROMPT);
  }

  /** A device for each of the three stages. */
  public static Placement of(String text, String denoise, String decode) {
    return of(List.of(Lane.of(text, denoise, decode)));
  }

  /** Everything on one device. */
  public static Placement on(String device) {
    return of(device, device, device);
  }

  public Placement withOrder(Order value) {
    return new Placement(lanes, ringDepth, value);
  }

  public Placement withRingDepth(int value) {
    return new Placement(lanes, value, order);
  }

  /** The distinct devices, in the order of lanes and stages. */
  public List<String> devices() {
    Set<String> all = new LinkedHashSet<>();
    lanes.forEach(lane -> all.addAll(lane.devices()));
    return List.copyOf(all);
  }
}
