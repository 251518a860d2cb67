package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executables;
import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Samplers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run compiles is what the plan says, for each family of models. */
class StagePlanTest {
  @TempDir Path dir;

  private final RecordingDevice device = new RecordingDevice();
  private final Executables executables = new Executables(device);

  @AfterEach
  void close() {
    executables.close();
    device.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "students", "sd1", "sd2", "sdxl", "taesd", "lcm"})
  void aRunCompilesTheGraphsOfThePlan(String kind) throws Exception {
    ModelPlan plan = plan(kind);
    int width = 8 * plan.scaleFactor();
    int height = 16 * plan.scaleFactor();
    boolean guided = plan.guided(3);
    run(plan, width, height);
    List<Graph> planned = new ArrayList<>();
    assertThat(plan.stages().stream().map(StagePlan::key))
        .containsExactly(StagePlan.TEXT, StagePlan.IMAGE, StagePlan.DENOISE, StagePlan.DECODE);
    for (StagePlan s : plan.stages()) {
      s.batches(guided).forEach(batch -> planned.addAll(s.graphs(batch, width, height)));
    }
    assertThat(device.compiled()).containsExactlyElementsOf(RecordingDevice.forms(planned));
  }

  @ParameterizedTest
  @CsvSource({"default, deep:2", "sd1, 'deep:3,1'", "sdxl, deep:2", "sdxl, first-block:0.1"})
  void aRunWithACacheCompilesTheGraphsOfThePlan(String kind, String cache) throws Exception {
    ModelPlan plan = plan(kind).with(ModelOptions.DEFAULT.withCache(StepCache.parse(cache)));
    int side = 8 * plan.scaleFactor();
    run(plan, side, side);
    List<Graph> planned = new ArrayList<>();
    for (StagePlan s : plan.stages()) {
      s.batches(true).forEach(batch -> planned.addAll(s.graphs(batch, side, side)));
    }
    assertThat(device.compiled())
        .containsExactlyInAnyOrderElementsOf(RecordingDevice.forms(planned));
    assertThat(plan.stage(StagePlan.DENOISE).parts()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "sdxl"})
  void picturesOfTwoSizesInTurnCompileNothingTwice(String kind) throws Exception {
    ModelPlan plan = plan(kind);
    int side = 8 * plan.scaleFactor();
    run(plan, side, side);
    run(plan, side, 2 * side);
    int compiled = executables.compiled();
    run(plan, side, side);
    run(plan, side, 2 * side);
    assertThat(executables.compiled()).isEqualTo(compiled);
    assertThat(device.compiled()).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "sd1, last_hidden_state",
    "sd2, last_hidden_state",
    "sdxl, penultimate_hidden_state; penultimate_hidden_state+text_embeds"
  })
  void textEncodersComputeWhatIsReadAndNoMore(String kind, String outputs) throws Exception {
    List<Graph> text = plan(kind).stage(StagePlan.TEXT).graphs(1, 0, 0);
    assertThat(text.stream().map(g -> String.join("+", g.outputs().keySet())))
        .containsExactly(outputs.split("; "));
  }

  /** Of the models of this repository, or of a tiny one. */
  private ModelPlan plan(String kind) throws IOException {
    Path models = Json.root().resolve("models");
    Path folder =
        switch (kind) {
          case "default" -> models.resolve("default");
          case "students" -> models.resolve("lcm");
          default -> TinyFolder.write(dir, kind);
        };
    return ModelPlan.of(ModelFolder.open(folder));
  }

  /** A guided picture, with a step in halves where it has halves. */
  private void run(ModelPlan plan, int width, int height) throws InterruptedException {
    CompileOptions options = CompileOptions.DEFAULT;
    try (TextStage text = new TextStage(plan, executables, options);
        EncodeStage encode = new EncodeStage(plan, executables, options);
        DenoiseStage denoise = new DenoiseStage(plan, executables, options);
        DecodeStage decode = new DecodeStage(plan, executables, options)) {
      Conditioning prompt = text.encode("a pear", Runner.DIRECT, warning -> {});
      Conditioning negative = text.encodeNegative("", Runner.DIRECT, warning -> {});
      encode.encode(new float[3 * height * width], height, width, Runner.DIRECT);
      assertThat(encode.ready(height, width)).isTrue();
      assertThat(encode.bytes(height, width)).isPositive();
      int h = height / plan.scaleFactor();
      int w = width / plan.scaleFactor();
      DenoiseStage.Job job =
          new DenoiseStage.Job(
              prompt,
              negative,
              Guidance.of(3),
              1,
              h,
              w,
              Samplers.of(plan.folder().scheduler().config().json(), 2));
      float[] latents = denoise.denoise(job, Runner.DIRECT, (step, steps, x) -> {});
      Denoising halves = new Denoising(job, plan);
      Evaluation half = denoise.evaluate(halves, Half.CONDITIONAL, Runner.DIRECT);
      assertThat(denoise.ready(halves, Half.UNCONDITIONAL)).isTrue();
      assertThat(denoise.bytes(halves, Half.UNCONDITIONAL)).isPositive();
      if (halves.guided()) {
        halves.advance(half, half);
        denoise.evaluate(halves, Half.CONDITIONAL, Runner.DIRECT);
      }
      decode.decode(latents, h, w, Runner.DIRECT);
      assertThat(decode.ready(h, w)).isTrue();
      assertThat(text.ready()).isTrue();
    }
  }
}
