package dev.tandem.stages.quantize;

import dev.tandem.devices.Tensor;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What was seen of the values that products read, over prompts and timesteps. One thread at a time.
 */
public final class Observed {
  private final Taps taps;
  private final Map<String, List<Histogram>> histograms = new LinkedHashMap<>();

  /** Nothing yet. */
  public Observed(Taps taps) {
    this.taps = taps;
    for (Taps.Input in : taps.inputs()) {
      histograms.put(
          in.name(), new ArrayList<>(in.ends().stream().map(_ -> new Histogram()).toList()));
    }
  }

  /** What {@link #tensors} gave. */
  public static Observed of(Taps taps, ModelWeights kept) {
    Observed o = new Observed(taps);
    o.histograms.forEach(
        (name, parts) -> {
          for (int i = 0; i < parts.size(); i++) {
            Tensor t = kept.get(name + "." + i);
            long[] counts = new long[Histogram.BINS];
            for (int b = 0; b < counts.length; b++) {
              counts[b] = t.data().get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * b);
            }
            parts.set(i, new Histogram(counts));
          }
        });
    return o;
  }

  /** To be kept: see {@link #of}. */
  public Map<String, Tensor> tensors(Arena arena) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    histograms.forEach(
        (name, parts) -> {
          for (int i = 0; i < parts.size(); i++) {
            Tensor t = Tensor.allocate(arena, Shape.of(Histogram.BINS), DType.I64);
            long[] counts = parts.get(i).counts();
            for (int b = 0; b < counts.length; b++) {
              t.data().set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * b, counts[b]);
            }
            all.put(name + "." + i, t);
          }
        });
    return all;
  }

  /**
   * Looks at the values after a run.
   *
   * @param outputs the outputs of {@link Taps#graph} by name
   */
  public void add(Function<String, Tensor> outputs) {
    for (Taps.Input in : taps.inputs()) {
      float[] values = outputs.apply(in.output()).toFloats();
      List<Histogram> parts = histograms.get(in.name());
      int from = 0;
      for (int p = 0; p < parts.size(); p++) {
        add(values, in.channels(), from, in.ends().get(p), parts.get(p));
        from = in.ends().get(p);
      }
    }
  }

  private static void add(float[] values, int channels, int from, int to, Histogram h) {
    for (int row = 0; row < values.length; row += channels) {
      for (int i = row + from; i < row + to; i++) {
        h.add(values[i]);
      }
    }
  }

  /**
   * How the inputs of products are rounded.
   *
   * @param inverses by what each channel of a product's input is multiplied before, by product
   * @param noise what it costs the product's input, by product
   */
  public record Rounding(Map<String, float[]> inverses, Map<String, Noise> noise) {
    /** Of no product. */
    public static final Rounding NONE = new Rounding(Map.of(), Map.of());
  }

  /** All channels of a part have one scale, the part's of least square error. */
  public Rounding rounding() {
    Map<String, float[]> inverses = new LinkedHashMap<>();
    Map<String, Noise> noise = new LinkedHashMap<>();
    for (Taps.Input in : taps.inputs()) {
      float[] inverse = new float[in.channels()];
      Noise sum = Noise.NONE;
      int from = 0;
      for (int p = 0; p < in.ends().size(); p++) {
        Histogram h = histograms.get(in.name()).get(p);
        float scale = h.bestScale();
        sum = sum.plus(h.noise(scale));
        Arrays.fill(inverse, from, in.ends().get(p), 1 / scale);
        from = in.ends().get(p);
      }
      for (String product : in.products()) {
        inverses.put(product, inverse);
        noise.put(product, sum);
      }
    }
    return new Rounding(inverses, noise);
  }
}
