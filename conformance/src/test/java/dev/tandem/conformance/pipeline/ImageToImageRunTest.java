package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.simulated.Faults;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.InitPicture;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.SafeTensors;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures that begin with a picture, by the whole run. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImageToImageRunTest {
  private static final Path GOLDEN =
      Path.of(
          System.getProperty("tandem.root"),
          "conformance/golden/image-to-image/golden.safetensors");
  private static final String[] SAMPLERS = {"ddim", "euler", "dpmpp_2m"};
  private static final double[] STRENGTHS = {0.3, 0.6, 0.9};

  /** Where the cases of those samplers begin in the golden data, and their seeds. */
  private static final int[] FIRST_CASES = {3, 18, 30};

  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void makeModel() throws Exception {
    model = TinyModel.write(folder);
  }

  /** A tensor {@code [1, channels, height, width]} as {@code [height, width, channels]}. */
  private static float[] channelsLast(Tensor t) {
    int channels = t.shape().dim(1);
    int pixels = t.shape().dim(2) * t.shape().dim(3);
    float[] in = t.toFloats();
    float[] out = new float[in.length];
    for (int i = 0; i < in.length; i++) {
      out[i % pixels * channels + i / pixels] = in[i];
    }
    return out;
  }

  private static BufferedImage image(Tensor t) {
    return image(DecodeStage.toBytes(channelsLast(t)), t.shape().dim(3), t.shape().dim(2));
  }

  private static BufferedImage image(byte[] rgb, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      Color color = new Color(rgb[3 * i] & 255, rgb[3 * i + 1] & 255, rgb[3 * i + 2] & 255);
      image.setRGB(i % width, i / width, color.getRGB());
    }
    return image;
  }

  private static int largestDifference(byte[] a, byte[] b) {
    assertThat(a).hasSameSizeAs(b);
    return IntStream.range(0, a.length)
        .map(i -> Math.abs((a[i] & 255) - (b[i] & 255)))
        .max()
        .orElse(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "opencl:0.0"})
  void aRunMakesThePicturesThatDiffusersMakes(String id) {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(Run.MODEL));
    try (SafeTensors golden = SafeTensors.open(GOLDEN);
        Device device = Devices.open("cpu");
        Executables executables = new Executables(device);
        DecodeStage decode = new DecodeStage(plan, executables, CompileOptions.DEFAULT);
        Tandem tandem = Tandem.open(Run.MODEL, Placement.on(id))) {
      BufferedImage start = image(golden.get("image"));
      for (int s = 0; s < SAMPLERS.length; s++) {
        for (int t = 0; t < STRENGTHS.length; t++) {
          Request request =
              Request.of("red apple, flat style")
                  .withNegative("blurry")
                  .withGuidance(3)
                  .withSteps(10)
                  .withSampler(SAMPLERS[s])
                  .withSeed(100 + FIRST_CASES[s] / 3)
                  .withInit(new InitPicture(start, STRENGTHS[t]));
          Picture picture = tandem.generate(request);
          float[] latents = channelsLast(golden.get(FIRST_CASES[s] + t + ".latents"));
          byte[] expected =
              DecodeStage.toBytes(
                  decode.decode(
                      latents,
                      start.getHeight() / plan.scaleFactor(),
                      start.getWidth() / plan.scaleFactor(),
                      Runner.DIRECT));
          assertThat(picture.width()).isEqualTo(start.getWidth());
          assertThat(largestDifference(picture.rgb(), expected))
              .as("%s %s on %s, of 255", SAMPLERS[s], STRENGTHS[t], id)
              .isLessThanOrEqualTo(1);
        }
      }
    }
  }

  private static BufferedImage noise(int width, int height) {
    Random random = new Random(1);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, random.nextInt(1 << 24));
    }
    return image;
  }

  private static Request request(int seed) {
    return Request.of("apple " + seed % 2)
        .withSteps(5)
        .withSize(32, 32)
        .withSeed(seed)
        .withInit(new InitPicture(noise(32, 32), 0.4 + 0.2 * (seed % 3)));
  }

  private static Lane lane(String text, List<DenoisePart> parts, String decode, String image) {
    return new Lane(1, List.of(text), parts, List.of(decode), List.of(image));
  }

  @Test
  void everyPlacementMakesTheSamePictures() {
    List<Request> requests = IntStream.range(0, 6).mapToObj(i -> request(i)).toList();
    SimulatedFleet one = new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE);
    var expected = one.run(model, Placement.on("a"), requests);
    assertThat(expected.rgb()).hasSize(6);
    List<DenoisePart> onA = List.of(DenoisePart.on("a"));
    List<List<Lane>> placements =
        List.of(
            List.of(lane("a", onA, "a", "b")),
            List.of(lane("b", onA, "b", "b")),
            List.of(lane("a", List.of(DenoisePart.of(1, "a"), DenoisePart.on("b")), "a", "b")),
            List.of(lane("a", List.of(DenoisePart.of(4, "b"), DenoisePart.on("a")), "b", "a")),
            List.of(lane("a", List.of(DenoisePart.split("a", "b")), "a", "b")),
            List.of(lane("a", onA, "a", "b"), lane("b", List.of(DenoisePart.on("b")), "b", "b")));
    for (List<Lane> lanes : placements) {
      SimulatedFleet two =
          new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE).add("b", 4, 12, 40, Faults.NONE);
      var outcome = two.run(model, Placement.of(lanes), requests);
      assertThat(outcome.failures()).isZero();
      for (int i = 0; i < requests.size(); i++) {
        assertThat(outcome.rgb().get(i)).as("%s, %s", lanes, i).isEqualTo(expected.rgb().get(i));
      }
      assertThat(outcome.spans())
          .filteredOn(s -> s.kind() == Span.Kind.RUN && s.stage().equals("image"))
          .hasSize(6)
          .allMatch(s -> s.device().equals(lanes.getFirst().image().getFirst()));
    }
  }

  @Test
  void theSizeIsTheRequestsElseThePictures() {
    SimulatedFleet fleet = new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE);
    ModelPlan plan = ModelPlan.of(ModelFolder.open(model));
    int scale = plan.scaleFactor();
    BufferedImage odd = noise(64 + scale - 1, 48);
    Request own = request(1).withSize(0, 0).withInit(new InitPicture(odd, 0.5));
    try (Tandem tandem = fleet.open(model, Placement.on("a"))) {
      Picture picture = tandem.generate(own);
      assertThat(List.of(picture.width(), picture.height())).isEqualTo(List.of(64, 48));
      Picture smaller = tandem.generate(own.withSize(32, 32));
      assertThat(List.of(smaller.width(), smaller.height())).isEqualTo(List.of(32, 32));

      BufferedImage drawn = image(own.init().orElseThrow().rgb(32, 32), 32, 32);
      Request begunWithDrawn = own.withSize(32, 32).withInit(new InitPicture(drawn, 0.5));
      assertThat(tandem.generate(begunWithDrawn).rgb()).isEqualTo(smaller.rgb());
    }
  }

  @Test
  void aStrengthThatLeavesNoStepIsRefused() {
    SimulatedFleet fleet = new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE);
    try (Tandem tandem = fleet.open(model, Placement.on("a"))) {
      Request none = request(0).withInit(new InitPicture(noise(32, 32), 0.1));
      assertThatThrownBy(() -> tandem.generate(none))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("0.1");
    }
  }

  @Test
  void aModelWithoutAnEncoderIsRefused(@TempDir Path other) throws Exception {
    Path decoding = TinyModel.write(other);
    Path weights = decoding.resolve("vae/diffusion_pytorch_model.safetensors");
    // A name of the same length, so that nothing else in the file changes.
    String file = Files.readString(weights, StandardCharsets.ISO_8859_1);
    assertThat(file).contains("\"encoder.");
    Files.writeString(
        weights, file.replace("\"encoder.", "\"unknown."), StandardCharsets.ISO_8859_1);
    SimulatedFleet fleet = new SimulatedFleet().add("a", 3, 15, 60, Faults.NONE);
    try (Tandem tandem = fleet.open(decoding, Placement.on("a"))) {
      assertThatThrownBy(() -> tandem.generate(request(0)))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("cannot begin with a picture: its VAE has no encoder");
    }
  }
}
