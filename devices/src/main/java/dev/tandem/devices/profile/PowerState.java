package dev.tandem.devices.profile;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How a machine was fed while it was measured; on battery and when hot it is slower.
 *
 * @param throttled whether the processor was slowed down for its temperature
 */
public record PowerState(Source source, boolean throttled) {
  public static final PowerState UNKNOWN = new PowerState(Source.UNKNOWN, false);

  /** Where the power comes from. */
  public enum Source {
    @JsonProperty("mains")
    MAINS,
    @JsonProperty("battery")
    BATTERY,
    @JsonProperty("unknown")
    UNKNOWN
  }
}
