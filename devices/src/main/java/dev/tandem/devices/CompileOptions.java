package dev.tandem.devices;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How to compile a graph.
 *
 * @param precision how weights and activations are stored
 */
public record CompileOptions(Precision precision) {
  public static final CompileOptions DEFAULT = new CompileOptions(Precision.F32);

  /** Storage type of weights and activations; sums are always F32. */
  public enum Precision {
    @JsonProperty("f32")
    F32,
    @JsonProperty("f16")
    F16
  }
}
