package dev.tandem.stages.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.unet.DeepCacheGraphs;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Products of whole numbers in real U-Nets: each one again in double, from the checkpoint's weights
 * and what the product read, by the definition of rounding alone.
 */
class WholeProductsTest {
  private static final double SAME = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl", "lcm"})
  void everyProductIsWhatTheDefinitionSays(String kind) {
    Subject subject = Subject.of(kind);
    Map<String, float[]> inverses =
        subject.observed(Taps.of(subject.graph())).rounding().inverses();
    try (ModelWeights real = subject.weights();
        QuantizedWeights weights = new QuantizedWeights(subject.weights(), Form.w8a8(), inverses)) {
      Map<String, Double> errors = errors(subject.graph(), weights, real, inverses);
      assertThat(errors)
          .hasSizeGreaterThan(10)
          .allSatisfy((_, e) -> assertThat(e).isLessThan(SAME));
    }
  }

  /** The negative control: one wrong scale of one channel is seen, and seen where it is. */
  @Test
  void oneCorruptedScaleIsNoticed() {
    Subject subject = Subject.of("sd2");
    Map<String, float[]> inverses =
        subject.observed(Taps.of(subject.graph())).rounding().inverses();
    String victim = "mid_block.resnets.0.conv1";
    try (ModelWeights real = subject.weights();
        QuantizedWeights weights = new QuantizedWeights(subject.weights(), Form.w8a8(), inverses);
        Arena arena = Arena.ofShared()) {
      Weights corrupted =
          name -> {
            Tensor t = weights.get(name);
            if (!name.equals(QuantizedNames.scale(victim))) {
              return t;
            }
            Tensor wrong = Tensor.of(arena, t.shape(), t.toFloats());
            wrong.setFloat(1, 2 * t.getFloat(1));
            return wrong;
          };
      errors(subject.graph(), corrupted, real, inverses)
          .forEach(
              (product, error) ->
                  assertThat(error > SAME).as(product).isEqualTo(product.equals(victim)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sd1", "sd2", "sdxl", "lcm"})
  void theResultIsCloseToTheRealOneAndNotIt(String kind) {
    Subject subject = Subject.of(kind);
    Map<String, float[]> inverses =
        subject.observed(Taps.of(subject.graph())).rounding().inverses();
    try (ModelWeights real = subject.weights();
        QuantizedWeights weights = new QuantizedWeights(subject.weights(), Form.w8a8(), inverses)) {
      float[] expected = Subject.output(subject.graph(), real);
      float[] rounded = Subject.output(QuantizePass.apply(subject.graph(), Form.w8a8()), weights);
      assertThat(Subject.distance(rounded, expected)).isBetween(1e-5, 0.15);
    }
  }

  @Test
  void whatASkipConnectionJoinsHasAScaleForEachPart() {
    Subject subject = Subject.of("sd2");
    Taps taps = Taps.of(subject.graph());
    List<Taps.Input> joined = taps.inputs().stream().filter(i -> i.ends().size() == 2).toList();
    assertThat(joined)
        .isNotEmpty()
        .allMatch(i -> i.name().matches("up_blocks\\.\\d\\.resnets\\.\\d\\.conv(1|_shortcut)"));
    Map<String, float[]> inverses = subject.observed(taps).rounding().inverses();
    assertThat(joined)
        .anySatisfy(
            i -> {
              float[] inverse = inverses.get(i.name());
              assertThat(inverse[0]).isNotEqualTo(inverse[i.channels() - 1]);
              assertThat(inverse[i.ends().getFirst() - 1]).isEqualTo(inverse[0]);
            });
  }

  @Test
  void whatReadsOneValueSharesItsRounding() {
    Subject subject = Subject.of("sd2");
    Graph q = QuantizePass.apply(subject.graph(), Form.w8a8());
    List<Node> readers =
        q.nodes().stream().filter(n -> n.name().matches("mid_block.*attn1.to_[qkv]")).toList();
    assertThat(readers).hasSize(3);
    assertThat(readers.stream().map(n -> n.input(0)).distinct()).hasSize(1);
  }

  @Test
  void nineTenthsOfTheMultiplyAddsAreOfWholeNumbers() {
    Graph q = QuantizePass.apply(Subject.ofDefault().graph(), Form.w8a8());
    double whole = flops(q, n -> n.op() instanceof Op.QuantizedConv2d || isWholeLinear(n));
    double real = flops(q, n -> n.op() instanceof Op.Conv2d || n.op() instanceof Op.Linear);
    double attention = flops(q, n -> n.op() instanceof Op.Attention);
    assertThat(whole / (whole + real)).as("of convolutions and linear layers").isGreaterThan(0.9);
    assertThat(whole / (whole + real + attention)).as("of all products").isGreaterThan(0.9);
  }

  @Test
  void whatMustStayRealDoes() {
    Graph q = QuantizePass.apply(Subject.of("sdxl").graph(), Form.w8a8());
    List<String> real =
        q.nodes().stream()
            .filter(n -> n.op() instanceof Op.Conv2d || n.op() instanceof Op.Linear)
            .filter(n -> n.input(1).isWeight())
            .map(Node::name)
            .map(n -> n.replaceFirst(".*\\.time_emb_proj", "time_emb_proj"))
            .distinct()
            .toList();
    assertThat(real)
        .containsExactlyInAnyOrder(
            "conv_in",
            "conv_out",
            "time_emb_proj",
            "time_embedding.linear_1",
            "time_embedding.linear_2",
            "add_embedding.linear_1",
            "add_embedding.linear_2");
    assertThat(
            q.nodes().stream().filter(n -> n.op() instanceof Op.Linear && !n.input(1).isWeight()))
        .isNotEmpty()
        .allMatch(n -> n.name().matches(".*\\.attn2\\.to_[kv]"));
  }

  /** What a graph of a part of the network asks for is what the whole one has. */
  @Test
  void aShallowGraphHasTheSameWeights() {
    Subject subject = Subject.of("sd2");
    UNet2DConditionModel unet = new UNet2DConditionModel(subject.part().read(UNet2DConfig::of));
    Graph shallow = new DeepCacheGraphs(unet, 0).shallow(1, 6, 4, 5);
    for (Form form : List.of(Form.w8(), Form.w4(32), Form.w8a8())) {
      Graph all = QuantizePass.apply(subject.graph(), form);
      Graph some = QuantizePass.apply(shallow, form);
      Map<String, Op> known = new LinkedHashMap<>();
      all.weights().forEach(w -> known.put(w.name(), w.op()));
      assertThat(some.weights()).hasSizeLessThan(known.size()).isNotEmpty();
      assertThat(some.weights()).allMatch(w -> w.op().equals(known.get(w.name())));
      assertThat(some.inputs()).hasSameSizeAs(shallow.inputs());
    }
  }

  private static boolean isWholeLinear(Node n) {
    return n.op() instanceof Op.QuantizedLinear;
  }

  private static double flops(Graph g, Predicate<Node> which) {
    return g.nodes().stream().filter(which).mapToLong(n -> Cost.of(n).flops()).sum();
  }

  /** Of each product of whole numbers: the largest error, relative to the largest result. */
  private static Map<String, Double> errors(
      Graph graph, Weights weights, ModelWeights real, Map<String, float[]> inverses) {
    Graph q = QuantizePass.apply(graph, Form.w8a8());
    Map<String, Node> outputs = new LinkedHashMap<>();
    List<Node> products =
        q.nodes().stream()
            .filter(n -> n.op() instanceof Op.QuantizedConv2d || isWholeLinear(n))
            .toList();
    for (Node n : products) {
      outputs.put("x " + n.name(), n.input(0).input(0));
      outputs.put("y " + n.name(), n);
    }
    Map<String, float[]> values =
        Subject.run(new Graph(q.kind(), q.name(), q.nodes(), outputs), weights);
    Map<String, Double> errors = new LinkedHashMap<>();
    for (Node n : products) {
      float[] inverse = inverses.get(n.name());
      double[] expected = product(n, round(values.get("x " + n.name()), inverse), real, inverse);
      float[] y = values.get("y " + n.name());
      double error = 0;
      double largest = 0;
      for (int i = 0; i < y.length; i++) {
        error = Math.max(error, Math.abs(y[i] - expected[i]));
        largest = Math.max(largest, Math.abs(expected[i]));
      }
      errors.put(n.name(), error / largest);
    }
    return errors;
  }

  private static double[] round(float[] x, float[] inverse) {
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = Math.clamp(Math.rint(x[i] * inverse[i % inverse.length]), -127, 127);
    }
    return out;
  }

  /** The layer again: rounded weights by their definition, then loops over all of its axes. */
  private static double[] product(Node n, double[] x, ModelWeights real, float[] inverse) {
    Shape w = n.input(1).shape();
    int out = w.dim(0);
    int in = w.dim(1);
    int kernelHeight = w.rank() == 4 ? w.dim(2) : 1;
    int kernelWidth = w.rank() == 4 ? w.dim(3) : 1;
    float[] weight = real.get(n.name() + ".weight").toFloats();
    double[][] rounded = new double[out][weight.length / out];
    for (int o = 0; o < out; o++) {
      int row = rounded[o].length;
      float largest = 0;
      for (int i = 0; i < row; i++) {
        rounded[o][i] = weight[o * row + i] / inverse[i / (kernelHeight * kernelWidth)];
        largest = Math.max(largest, Math.abs((float) rounded[o][i]));
      }
      float scale = largest / 127;
      for (int i = 0; i < row; i++) {
        rounded[o][i] = Math.rint((float) rounded[o][i] / scale) * scale;
      }
    }
    boolean hasBias = n.inputs().size() > 3;
    Optional<float[]> bias =
        hasBias ? Optional.of(real.get(n.name() + ".bias").toFloats()) : Optional.empty();
    Shape xs = n.input(0).shape();
    int height = xs.rank() == 4 ? xs.dim(1) : 1;
    int width = xs.rank() == 4 ? xs.dim(2) : Math.toIntExact(xs.rows());
    int outHeight = n.shape().rank() == 4 ? n.shape().dim(1) : 1;
    int outWidth = n.shape().rank() == 4 ? n.shape().dim(2) : width;
    int stride = n.op() instanceof Op.QuantizedConv2d c ? c.stride() : 1;
    Op.Padding p = n.op() instanceof Op.QuantizedConv2d c ? c.padding() : Op.Padding.NONE;
    double[] y = new double[outHeight * outWidth * out];
    for (int oy = 0; oy < outHeight; oy++) {
      for (int ox = 0; ox < outWidth; ox++) {
        for (int o = 0; o < out; o++) {
          double sum = bias.isPresent() ? bias.get()[o] : 0;
          for (int ky = 0; ky < kernelHeight; ky++) {
            for (int kx = 0; kx < kernelWidth; kx++) {
              int iy = oy * stride + ky - p.top();
              int ix = ox * stride + kx - p.left();
              if (iy < 0 || iy >= height || ix < 0 || ix >= width) {
                continue;
              }
              for (int i = 0; i < in; i++) {
                sum +=
                    x[(iy * width + ix) * in + i]
                        * rounded[o][(i * kernelHeight + ky) * kernelWidth + kx];
              }
            }
          }
          y[(oy * outWidth + ox) * out + o] = sum;
        }
      }
    }
    return y;
  }
}
