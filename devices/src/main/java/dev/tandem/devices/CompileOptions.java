package dev.tandem.devices;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How to compile a graph.
 *
 * @param precision how weights and activations are stored
 * @param weights where weights are while nothing reads them
 * @param recompute how much of a U-Net's operations computing a skip connection again may take,
 *     percent ({@link dev.tandem.graph.Recompute}); 0 keeps all. Whoever builds the graph sees to
 *     it, a device has nothing to do
 */
public record CompileOptions(Precision precision, WeightMemory weights, int recompute) {
  public static final CompileOptions DEFAULT = new CompileOptions(Precision.F32);

  /** The usual form. */
  public CompileOptions(Precision precision) {
    this(precision, WeightMemory.AUTO);
  }

  /** With all skip connections kept. */
  public CompileOptions(Precision precision, WeightMemory weights) {
    this(precision, weights, 0);
  }

  /** The same with weights elsewhere. */
  public CompileOptions withWeights(WeightMemory value) {
    return new CompileOptions(precision, value, recompute);
  }

  /** The same with a place for weights that nobody chose otherwise. */
  public CompileOptions orWeights(WeightMemory automatic) {
    return weights == WeightMemory.AUTO ? withWeights(automatic) : this;
  }

  /** The same with other skip connections computed again. */
  public CompileOptions withRecompute(int value) {
    return new CompileOptions(precision, weights, value);
  }

  /** Storage type of weights and activations; sums are always F32. */
  public enum Precision {
    @JsonProperty("f32")
    F32,
    @JsonProperty("f16")
    F16
  }

  /** Where weights are while nothing reads them. All forms compute the same, but for rounding. */
  public enum WeightMemory {
    /** As the device finds it best: for speed as far as that takes little memory, else at rest. */
    AUTO,
    /** In the device's own layout, as its kernels read them fastest. */
    SPEED,
    /** In their file's type, in the mapped file where that is possible; unpacked as needed. */
    REST,
    /** In the file: what an operation has read is let go. */
    STREAM
  }
}
