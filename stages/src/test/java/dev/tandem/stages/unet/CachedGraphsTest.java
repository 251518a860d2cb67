package dev.tandem.stages.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Cost;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.stages.Json;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of a network that caches run say what the whole network says. */
class CachedGraphsTest {
  private static final int HEIGHT = 9;
  private static final int WIDTH = 7;
  private static final int TOKENS = 5;

  private final Random random = new Random(1);
  private final Map<String, float[]> inputs = new HashMap<>();

  /** A network of the golden data, or the default model's. */
  private record Network(UNet2DConditionModel model, Component component) {
    static Network of(String kind) {
      Component c =
          Component.open(
              kind.equals("default")
                  ? Json.root().resolve("models/default/unet")
                  : Json.root().resolve("conformance/golden/" + kind + "-tiny/unet"));
      return new Network(new UNet2DConditionModel(UNet2DConfig.of(c.config().json())), c);
    }

    Graph whole() {
      return model.graph(2, HEIGHT, WIDTH, TOKENS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "sd1", "sd2", "sdxl", "lcm"})
  void theFullGraphSaysWhatTheWholeOneSays(String kind) {
    Network n = Network.of(kind);
    Graph full = new DeepCacheGraphs(n.model, 0).full(2, HEIGHT, WIDTH, TOKENS);
    assertThat(run(n, full).get("output")).isEqualTo(run(n, n.whole()).get("output"));
    assertThat(Cost.of(full)).isEqualTo(Cost.of(n.whole()));
  }

  /** The truth is the whole graph, read before anything is cut, with one value replaced. */
  @ParameterizedTest
  @CsvSource({
    "default, 0, up_blocks.2.resnets.1.concat",
    "default, 1, up_blocks.2.resnets.0.concat",
    "sd1, 0, up_blocks.3.resnets.2.concat",
    "sd1, 1, up_blocks.3.resnets.1.concat",
    "sd1, 2, up_blocks.3.resnets.0.concat",
    "sd2, 0, up_blocks.2.resnets.1.concat",
    "sdxl, 1, up_blocks.2.resnets.1.concat",
    "lcm, 0, up_blocks.1.resnets.1.concat"
  })
  void theShallowGraphIsTheWholeOneWithItsDeepPartGiven(String kind, int block, String reader) {
    Network n = Network.of(kind);
    Graph shallow = new DeepCacheGraphs(n.model, block).shallow(2, HEIGHT, WIDTH, TOKENS);
    Graph truth = withGiven(n.whole(), reader, DeepCacheGraphs.DEEP);
    float[] said = run(n, shallow).get("output");
    assertThat(said).isEqualTo(run(n, truth).get("output"));
    assertThat(said).isNotEqualTo(run(n, n.whole()).get("output"));
    assertThat(weights(n.whole())).containsAll(weights(shallow));
    assertThat(shallow.weights()).hasSizeLessThan(n.whole().weights().size());
    assertThat(Cost.of(shallow).flops()).isEqualTo(Cost.of(truth).flops());
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "sd1", "sd2", "sdxl", "lcm"})
  void withItsOwnDeepPartTheShallowGraphSaysWhatTheWholeOneSays(String kind) {
    Network n = Network.of(kind);
    DeepCacheGraphs graphs = new DeepCacheGraphs(n.model, 0);
    Map<String, float[]> full = run(n, graphs.full(2, HEIGHT, WIDTH, TOKENS));
    inputs.put(DeepCacheGraphs.DEEP, full.get(DeepCacheGraphs.DEEP));
    Graph shallow = graphs.shallow(2, HEIGHT, WIDTH, TOKENS);
    assertThat(run(n, shallow).get("output")).isEqualTo(full.get("output"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "sd1", "sd2", "sdxl", "lcm"})
  void theFirstBlockAndTheRestAreTheWhole(String kind) {
    Network n = Network.of(kind);
    FirstBlockGraphs graphs = new FirstBlockGraphs(n.model);
    Graph first = graphs.first(2, HEIGHT, WIDTH, TOKENS);
    Graph rest = graphs.rest(2, HEIGHT, WIDTH, TOKENS);
    Map<String, float[]> head = run(n, first);
    assertThat(head.get(FirstBlockGraphs.FIRST))
        .isEqualTo(run(n, probe(n.whole(), firstLayer(kind))).get("probe"));
    inputs.put(FirstBlockGraphs.FIRST, head.get(FirstBlockGraphs.FIRST));
    inputs.put(FirstBlockGraphs.SKIP, head.get(FirstBlockGraphs.SKIP));
    Map<String, float[]> all = run(n, rest);
    float[] whole = run(n, n.whole()).get("output");
    assertThat(all.get("output")).isEqualTo(whole);

    float[] residual = all.get(FirstBlockGraphs.LAST).clone();
    for (int i = 0; i < residual.length; i++) {
      residual[i] -= head.get(FirstBlockGraphs.FIRST)[i];
    }
    assertThat(head.get("output")).as("a random residual").isNotEqualTo(whole);
    inputs.put(FirstBlockGraphs.RESIDUAL, residual);
    float[] again = run(n, first).get("output");
    for (int i = 0; i < whole.length; i++) {
      assertThat(again[i]).isCloseTo(whole[i], within(1e-4f));
    }
    assertThat(weights(n.whole())).containsAll(weights(first)).containsAll(weights(rest));
    double more = (double) Cost.of(first).flops() + Cost.of(rest).flops();
    assertThat(more / Cost.of(n.whole()).flops()).isBetween(1.0, 1.1);
  }

  /** SD 1 and 2 and XL at their own sizes, without weights. */
  @ParameterizedTest
  @CsvSource({
    "sd15-unet, 64, 0.05, 0.15",
    "sd21-unet, 96, 0.05, 0.20",
    "sdxl-unet, 128, 0.01, 0.05"
  })
  void theShallowPartOfPublishedModelsIsCheap(String name, int side, double least, double most) {
    UNet2DConditionModel model = new UNet2DConditionModel(UNet2DConfig.of(Json.published(name)));
    Graph whole = model.graph(2, side, side, 77);
    Graph shallow = new DeepCacheGraphs(model, 0).shallow(2, side, side, 77);
    Graph deeper = new DeepCacheGraphs(model, 1).shallow(2, side, side, 77);
    double f = (double) Cost.of(shallow).flops() / Cost.of(whole).flops();
    System.out.printf("%s: f = %.3f%n", name, f);
    assertThat(f).isBetween(least, most);
    assertThat(Cost.of(deeper).flops()).isGreaterThan(Cost.of(shallow).flops());
  }

  @Test
  void aMissingMiddleIsNoMatter() {
    ObjectNode config = Json.published("sd15-unet");
    config.putNull("mid_block_type");
    UNet2DConditionModel model = new UNet2DConditionModel(UNet2DConfig.of(config));
    Graph full = new DeepCacheGraphs(model, 0).full(1, 8, 8, 77);
    assertThat(full.outputs()).containsOnlyKeys("output", DeepCacheGraphs.DEEP);
    assertThat(new FirstBlockGraphs(model).rest(1, 8, 8, 77).weights())
        .noneMatch(w -> w.name().startsWith("mid_block"));
  }

  @Test
  void aBlockThatIsNotThereIsRefused() {
    UNet2DConditionModel sd1 =
        new UNet2DConditionModel(UNet2DConfig.of(Json.published("sd15-unet")));
    assertThatThrownBy(() -> new DeepCacheGraphs(sd1, 3))
        .hasMessage(
            "BLOCK of a deep cache is 3, but the first level of this U-Net has 2 layers: take 0 to"
                + " 2");
  }

  private static List<String> weights(Graph g) {
    return g.weights().stream().map(w -> w.name() + " " + w.shape()).toList();
  }

  /** The last node of the first layer. */
  private static String firstLayer(String kind) {
    return kind.equals("sdxl")
        ? "down_blocks.0.resnets.0.residual"
        : kind.equals("sd2")
            ? "down_blocks.0.attentions.0.picture"
            : "down_blocks.0.attentions.0.residual";
  }

  private static Graph probe(Graph g, String name) {
    GraphBuilder b = new GraphBuilder("probe");
    Map<Node, Node> made = copy(g, b, Map.of());
    Node last = g.nodes().stream().filter(n -> n.name().equals(name)).toList().getLast();
    return b.output("probe", made.get(last)).build();
  }

  /** The graph with the first operand of a node replaced by an input. */
  private static Graph withGiven(Graph g, String reader, String input) {
    Node replaced =
        g.nodes().stream().filter(n -> n.name().equals(reader)).findFirst().orElseThrow().input(0);
    GraphBuilder b = new GraphBuilder("truth");
    Node given = b.input(input, replaced.shape(), DType.F32);
    Map<Node, Node> made = copy(g, b, Map.of(replaced, given));
    return b.output("output", made.get(g.output("output"))).build();
  }

  private static Map<Node, Node> copy(Graph g, GraphBuilder b, Map<Node, Node> given) {
    Map<Node, Node> made = new LinkedHashMap<>(given);
    for (Node n : g.nodes()) {
      if (!made.containsKey(n)) {
        made.put(
            n,
            n.isInput()
                ? b.input(n.name(), n.shape(), n.type())
                : b.add(n.name(), n.op(), n.inputs().stream().map(made::get).toList()));
      }
    }
    return made;
  }

  /** Runs on the reference device; inputs of one name have the same numbers in all graphs. */
  private Map<String, float[]> run(Network n, Graph graph) {
    try (Device device = Devices.open("reference");
        ModelWeights weights = n.component.weights();
        Executable e = device.compile(graph, weights, CompileOptions.DEFAULT)) {
      for (Node in : graph.inputs()) {
        int size = Math.toIntExact(in.shape().elements());
        e.input(in.name()).set(inputs.computeIfAbsent(in.name(), k -> numbers(size)));
      }
      e.run();
      return graph.outputs().keySet().stream()
          .collect(Collectors.toMap(o -> o, o -> e.output(o).toFloats()));
    }
  }

  private float[] numbers(int n) {
    float[] out = new float[n];
    for (int i = 0; i < n; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }
}
