package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.quantize.QuantizeJob;
import dev.tandem.orchestrator.quantize.Quantizer;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.Quantization;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.quality.Psnr;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of the default model with a quantised U-Net beside those of the model as it is. */
class QuantizedPictureTest {
  private static final List<String> PROMPTS =
      List.of("cat, noto style on a blue background", "rocket, flat style", "blue book");
  private static final String CPU_A = "cpu:a,threads=1";
  private static final String CPU_B = "cpu:b,threads=1";
  private static final double SAME_DB = 45;

  @TempDir static Path dir;

  private static Path calibrated;
  private static List<byte[]> real;

  @BeforeAll
  static void calibrate() {
    calibrated = dir.resolve("w8a8");
    List<String> prompts = QuantizeJob.PROMPTS.subList(0, 3);
    new Quantizer(
            QuantizeJob.of(Run.MODEL, calibrated, "w8", "a8", 0, prompts, 10, "cpu"),
            (what, done, total) -> {})
        .run();
    real = pictures(Run.MODEL, "stored", "f32", "cpu");
  }

  @Test
  void weightsOfEightBitsAreHardlySeen() {
    assertThat(median(pictures(Run.MODEL, "w8", "f32", "cpu"))).isBetween(35.0, 90.0);
  }

  @Test
  void weightsOfFourBitsAreSeenMore() {
    assertThat(median(pictures(Run.MODEL, "w4", "f32", "cpu"))).isBetween(15.0, 35.0);
  }

  /** A folder that was written so needs no options; asking for what it is changes nothing. */
  @Test
  void productsOfWholeNumbersDrawNearlyTheSamePictures() {
    List<byte[]> rounded = pictures(calibrated, "stored", "f32", "cpu");
    assertThat(median(rounded)).isBetween(25.0, 90.0);
    assertThat(pictures(calibrated, "w8", "a8", "cpu")).containsExactlyElementsOf(rounded);
  }

  @Test
  void offAfterOnIsAsItWas() {
    pictures(Run.MODEL, "w8", "f32", "cpu");
    assertThat(pictures(Run.MODEL, "stored", "f32", "cpu")).containsExactlyElementsOf(real);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "opencl:0"})
  void otherDevicesDrawWhatTheCpuDraws(String device) {
    Request few = Request.of(PROMPTS.getFirst()).withSteps(2);
    for (Path model : List.of(calibrated, Run.MODEL)) {
      String weights = model.equals(calibrated) ? "stored" : "w4";
      byte[] here = picture(model, weights, Placement.on("cpu"), few);
      assertThat(Psnr.of(picture(model, weights, Placement.on(device), few), here))
          .as("%s with weights %s", device, weights)
          .isGreaterThan(40);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"w8", "w8a8"})
  void everyStrategyDrawsThePicturesOfOneDevice(String form) throws Exception {
    Path model = form.equals("w8") ? Run.MODEL : calibrated;
    RunOptions options = options(form.equals("w8") ? "w8" : "stored", "f32");
    List<String> devices = List.of(CPU_A, CPU_B);
    List<Request> requests =
        PROMPTS.stream().map(p -> Request.of(p).withSteps(3).withSize(64, 64)).toList();
    try (Tandem tandem = Tandem.open(model, Placement.on(CPU_A), options)) {
      var expected = SimulatedFleet.run(tandem, Placement.on(CPU_A), requests).rgb();
      StageCosts costs = tandem.measure(devices, requests.getFirst());
      for (Strategy strategy : Strategies.all()) {
        Placement placement = strategy.place(tandem.job(requests), devices, costs);
        SimulatedFleet.Outcome outcome = SimulatedFleet.run(tandem, placement, requests);
        expected.forEach(
            (i, rgb) ->
                assertThat(Psnr.of(outcome.rgb().get(i), rgb))
                    .as("picture %s, %s", i, strategy.name())
                    .isGreaterThan(SAME_DB));
      }
    }
  }

  @Test
  void thePictureSaysInWhichFormItWasDrawn() {
    Request few = Request.of(PROMPTS.getFirst()).withSteps(1);
    try (Tandem tandem = Tandem.open(calibrated, Placement.on("cpu"))) {
      Picture picture = tandem.generate(few);
      assertThat(picture.form().quantization().text()).isEqualTo("w8a8");
      assertThat(new String(picture.toPng(), StandardCharsets.ISO_8859_1))
          .contains("Quantization: w8a8");
    }
  }

  @Test
  void scalesThatAreNotThereAreAskedFor() {
    assertThatThrownBy(() -> Tandem.open(Run.MODEL, Placement.on("cpu"), options("w8", "a8")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(
            "models/default has no scales", "tandem quantize --model", "--activations a8");
    assertThatThrownBy(() -> Tandem.open(calibrated, Placement.on("cpu"), options("w4", "f32")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("is stored as w8a8", "computed as w4");
  }

  private static RunOptions options(String weights, String activations) {
    return RunOptions.DEFAULT.withModel(
        ModelOptions.DEFAULT.withQuantization(Quantization.parse(weights, activations)));
  }

  private static List<byte[]> pictures(
      Path model, String weights, String activations, String device) {
    try (Tandem tandem = Tandem.open(model, Placement.on(device), options(weights, activations))) {
      return PROMPTS.stream().map(p -> tandem.generate(Request.of(p)).rgb()).toList();
    }
  }

  private static byte[] picture(Path model, String weights, Placement where, Request request) {
    try (Tandem tandem = Tandem.open(model, where, options(weights, "f32"))) {
      return tandem.generate(request).rgb();
    }
  }

  /** Median PSNR to the model as it is, dB. */
  private static double median(List<byte[]> pictures) {
    double[] db = new double[pictures.size()];
    for (int i = 0; i < db.length; i++) {
      db[i] = Psnr.of(pictures.get(i), real.get(i));
    }
    Arrays.sort(db);
    return db[db.length / 2];
  }
}
