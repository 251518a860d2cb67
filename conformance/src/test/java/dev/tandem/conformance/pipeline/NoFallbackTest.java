package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.graph.Fusion;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every operation of every stage runs on the device that was chosen for it: none falls back. */
class NoFallbackTest {
  private static final int STEPS = 2;
  static final Request REQUEST = Request.of("red apple").withSteps(STEPS);

  @ParameterizedTest
  @CsvSource({
    "opencl:0, opencl:0, opencl:0",
    "opencl:0.0, cpu, cpu",
    "cpu, opencl:0.1, cpu",
    "cpu, cpu, opencl:0.0"
  })
  void everyOperationRunsWhereItWasPlaced(String text, String unet, String vae) {
    assertOperations(text, unet, vae);
  }

  /** A picture of whose operations each ran where it was placed. */
  static byte[] assertOperations(String text, String unet, String vae) {
    Run run = Run.of(REQUEST, Placement.of(text, unet, vae), RunOptions.DEFAULT);
    Map<String, Graph> graphs = graphs();
    Map<String, String> devices = Map.of("encode", text, "denoise", unet, "decode", vae);
    Map<String, Integer> runs = Map.of("encode", 2, "denoise", STEPS, "decode", 1);
    devices.forEach(
        (stage, device) -> {
          List<Span> operations =
              run.spans().stream()
                  .filter(s -> s.kind() == Span.Kind.OPERATION && s.stage().equals(stage))
                  .toList();
          Set<String> expected =
              Fusion.apply(graphs.get(stage)).nodes().stream()
                  .filter(Node::isComputed)
                  .map(n -> n.op().kind() + " " + n.name())
                  .collect(Collectors.toSet());
          assertThat(operations).as(stage).allMatch(s -> s.device().equals(device));
          assertThat(operations).allMatch(s -> s.endNs() > s.startNs());
          assertThat(operations.stream().map(Span::detail).collect(Collectors.toSet()))
              .as("operations of %s on %s", stage, device)
              .isEqualTo(expected);
          assertThat(operations.stream().filter(s -> s.lane() <= 1)) // each half has its own
              .hasSize(expected.size() * runs.get(stage));
        });
    return run.rgb();
  }

  private static Map<String, Graph> graphs() {
    Component text = Component.open(Run.MODEL.resolve("text_encoder"));
    Component vae = Component.open(Run.MODEL.resolve("vae"));
    Component unet = Component.open(Run.MODEL.resolve("unet"));
    try (ModelWeights textWeights = text.weights();
        ModelWeights vaeWeights = vae.weights()) {
      ClipTextModel clip =
          new ClipTextModel(ClipTextConfig.of(text.config().json()), textWeights.names());
      return Map.of(
          "encode",
          clip.graph(1, 32, Set.of(ClipTextModel.LAST_HIDDEN_STATE)),
          "denoise",
          new UNet2DConditionModel(UNet2DConfig.of(unet.config().json())).graph(2, 16, 16, 32),
          "decode",
          Vae.of(vae.config().json(), vaeWeights.names()).decode(1, 16, 16));
    }
  }
}
