package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.devices.Tensor;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.quantize.LayerNoise;
import dev.tandem.orchestrator.quantize.QuantizeJob;
import dev.tandem.orchestrator.quantize.QuantizeProgress;
import dev.tandem.orchestrator.quantize.Quantizer;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.stages.checkpoint.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The folder that is written: whole, again the same after an interruption, and never over another.
 */
class QuantizerTest {
  private static final QuantizeProgress QUIET = (what, done, total) -> {};
  private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";

  @TempDir Path dir;
  private Path model;

  @BeforeEach
  void write() throws IOException {
    model = TinyModel.write(dir.resolve("model"));
  }

  private QuantizeJob job(String output, String activations) {
    return QuantizeJob.of(
        model, dir.resolve(output), "w8", activations, 0, List.of("a", "b"), 2, "reference");
  }

  @Test
  void theFolderIsAModelOfItsOwn() throws IOException {
    new Quantizer(job("out", "a8"), QUIET).run();
    Path real = dir.resolve("model");
    Path moved = Files.move(dir.resolve("out"), dir.resolve("moved"));
    Request request = Request.of("a").withSteps(2).withSize(32, 32);
    byte[] expected;
    try (Tandem tandem = Tandem.open(real, Placement.on("reference"))) {
      expected = tandem.generate(request).rgb();
    }
    try (Stream<Path> files = Files.walk(real)) {
      for (Path f : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(f); // it needs nothing of it
      }
    }
    try (Tandem tandem = Tandem.open(moved, Placement.on("reference"))) {
      byte[] rgb = tandem.generate(request).rgb();
      assertThat(rgb).isNotEqualTo(expected);
    }
    assertThat(Files.exists(moved.resolve(".unfinished"))).isFalse();
    assertThat(Files.size(moved.resolve(WEIGHTS))).isPositive();
  }

  @Test
  void whatWasInterruptedGoesOnAndEndsTheSame() throws IOException {
    new Quantizer(job("whole", "a8"), QUIET).run();
    byte[] whole = Files.readAllBytes(dir.resolve("whole").resolve(WEIGHTS));
    for (String at : new String[] {"b", "conv1"}) {
      Path output = dir.resolve("broken-" + at);
      QuantizeProgress stops =
          (what, done, total) -> {
            if (what.endsWith(at)) {
              throw new IllegalStateException("pulled the plug");
            }
          };
      QuantizeJob job = job(output.getFileName().toString(), "a8");
      assertThatThrownBy(() -> new Quantizer(job, stops).run()).hasMessage("pulled the plug");
      assertThat(Files.exists(output.resolve("model_index.json"))).isFalse();
      List<String> again = new ArrayList<>();
      new Quantizer(job, (what, done, total) -> again.add(what)).run();
      assertThat(again).as("prompts looked at again").doesNotContain("a", "b");
      assertThat(Files.readAllBytes(output.resolve(WEIGHTS))).isEqualTo(whole);
    }
  }

  @Test
  void anotherJobInAnUnfinishedFolderIsRefused() {
    QuantizeProgress stops =
        (what, done, total) -> {
          throw new IllegalStateException("pulled the plug");
        };
    assertThatThrownBy(() -> new Quantizer(job("out", "a8"), stops).run())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new Quantizer(job("out", "f32"), QUIET).run())
        .isInstanceOf(RequestException.class)
        .hasMessageContainingAll("out holds an unfinished quantisation", "remove the folder");
  }

  @Test
  void whatExistsIsNotWrittenOver() throws IOException {
    Files.createDirectories(dir.resolve("full"));
    Files.writeString(dir.resolve("full/letter.txt"), "mine");
    assertThatThrownBy(() -> new Quantizer(job("full", "f32"), QUIET).run())
        .isInstanceOf(RequestException.class)
        .hasMessageContainingAll("full exists already");
    assertThat(dir.resolve("full/letter.txt")).hasContent("mine");
  }

  @Test
  void aQuantisedModelIsNotQuantisedAgain() {
    new Quantizer(job("out", "f32"), QUIET).run();
    QuantizeJob again =
        QuantizeJob.of(
            dir.resolve("out"), dir.resolve("twice"), "w8", "f32", 0, List.of(), 1, "reference");
    assertThatThrownBy(() -> new Quantizer(again, QUIET))
        .isInstanceOf(RequestException.class)
        .hasMessageContainingAll("out is quantised already", "made from");
  }

  @Test
  void formsThatThereAreNotAreRefused() {
    assertThatThrownBy(
            () -> QuantizeJob.of(model, dir, "w4", "a8", 32, List.of("a"), 1, "reference"))
        .hasMessageContainingAll("w8, with activations f32 or a8", "'w4'", "'a8'");
    assertThatThrownBy(
            () -> QuantizeJob.of(model, dir, "w4", "f32", 48, List.of("a"), 1, "reference"))
        .hasMessageContaining("48");
    assertThatThrownBy(() -> QuantizeJob.of(model, dir, "w8", "a8", 0, List.of(), 1, "reference"))
        .hasMessageContaining("at least one");
  }

  /** The table against the tensors of both folders. */
  @Test
  void theRatiosAreThoseOfTheTensors() {
    List<LayerNoise> layers = new Quantizer(job("out", "f32"), QUIET).run();
    assertThat(layers).hasSizeGreaterThan(10);
    try (SafeTensors real = SafeTensors.open(model.resolve(WEIGHTS));
        SafeTensors rounded = SafeTensors.open(dir.resolve("out").resolve(WEIGHTS))) {
      for (LayerNoise l : layers) {
        Tensor w = real.get(l.layer() + ".weight");
        Tensor numbers = rounded.get(l.layer() + ".weight.numbers");
        Tensor scale = rounded.get(l.layer() + ".weight.scale");
        long row = w.elements() / w.shape().dim(0);
        double signal = 0;
        double error = 0;
        for (long i = 0; i < w.elements(); i++) {
          double d = numbers.getInt(i) * (double) scale.getFloat(i / row) - w.getFloat(i);
          signal += Math.pow(w.getFloat(i), 2);
          error += d * d;
        }
        assertThat(l.weightsDb()).isCloseTo(10 * Math.log10(signal / error), within(1e-3));
      }
    }
  }
}
