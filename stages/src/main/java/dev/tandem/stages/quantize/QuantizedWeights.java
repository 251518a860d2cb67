package dev.tandem.stages.quantize;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights that a quantised graph asks for, rounded from real ones when they are asked for. A
 * few are kept, because numbers and scales are asked for one after the other; a device has its own
 * copy. May be read by several threads.
 */
public final class QuantizedWeights implements ModelWeights {
  private static final int KEPT = 16;

  private final ModelWeights source;
  private final Packing packing;
  private final Map<String, float[]> inverses;
  private final Map<String, Packed> kept = Collections.synchronizedMap(new Recent());

  private static final class Recent extends LinkedHashMap<String, Packed> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Packed> eldest) {
      return size() > KEPT;
    }
  }

  /**
   * Weights whose products are of real numbers.
   *
   * @param source closed with this
   */
  public QuantizedWeights(ModelWeights source, Form form) {
    this(source, form, Map.of());
  }

  /**
   * Weights.
   *
   * @param source closed with this
   * @param inverses by product, of those that are of whole numbers: see {@link QuantizedNames}
   */
  public QuantizedWeights(ModelWeights source, Form form, Map<String, float[]> inverses) {
    this.source = source;
    this.packing = new Packing(form);
    this.inverses = Map.copyOf(inverses);
  }

  @Override
  public Set<String> names() {
    return source.names();
  }

  /** Whether the source has it, or what it is made from. */
  @Override
  public boolean contains(String name) {
    if (QuantizedNames.isNumbers(name) || QuantizedNames.isScale(name)) {
      return source.contains(QuantizedNames.product(name) + QuantizedNames.WEIGHT);
    }
    return source.contains(name)
        || (QuantizedNames.isInverse(name) && inverses.containsKey(QuantizedNames.product(name)));
  }

  @Override
  public String source() {
    return source.source();
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // it goes with the tensor
  public Tensor get(String name) {
    if (QuantizedNames.isNumbers(name)) {
      return packed(QuantizedNames.product(name)).numbers();
    }
    if (QuantizedNames.isScale(name)) {
      return packed(QuantizedNames.product(name)).scale();
    }
    if (!QuantizedNames.isInverse(name)) {
      return source.get(name);
    }
    String product = QuantizedNames.product(name);
    float[] inverse = inverses.get(product);
    if (inverse == null) {
      throw new WeightException(source() + ": the input of '" + product + "' has no scale");
    }
    return Tensor.of(Arena.ofAuto(), Shape.of(inverse.length), inverse);
  }

  /** The tensors that stand for a product's weight. */
  public List<String> namesOf(String product) {
    List<String> names = new ArrayList<>();
    names.add(QuantizedNames.numbers(product));
    names.add(QuantizedNames.scale(product));
    if (inverses.containsKey(product)) {
      names.add(QuantizedNames.inverse(product));
    }
    return names;
  }

  /** What rounding costs a product's weight. */
  public Noise noise(String product) {
    return packed(product).noise();
  }

  private Packed packed(String product) {
    Packed known = kept.get(product);
    if (known == null) {
      known = pack(product); // threads do not wait for each other
      kept.put(product, known);
    }
    return known;
  }

  private Packed pack(String product) {
    Tensor weight = source.get(product + QuantizedNames.WEIGHT);
    float[] w = weight.toFloats();
    float[] inverse = inverses.get(product);
    if (inverse == null) {
      return packing.pack(w, weight.shape());
    }
    divide(w, weight.shape(), inverse);
    return packing.packWhole(w, weight.shape());
  }

  /**
   * Each input channel of {@code [out, in, ...]} by its inverse, so that the product is as it was.
   */
  private static void divide(float[] w, Shape shape, float[] inverse) {
    int in = shape.dim(1);
    int taps = Math.toIntExact(shape.elements() / shape.dim(0) / in);
    for (int i = 0; i < w.length; i++) {
      w[i] /= inverse[i / taps % in];
    }
  }

  @Override
  public void close() {
    source.close();
  }
}
