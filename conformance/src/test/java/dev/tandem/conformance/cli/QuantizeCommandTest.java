package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.pipeline.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tandem quantize} and the options that ask for a form, as a user types them. */
class QuantizeCommandTest {
  @TempDir Path dir;
  private Path model;

  @BeforeEach
  void write() throws IOException {
    model = TinyModel.write(dir.resolve("model"));
  }

  @Test
  void aFolderIsWrittenAndUsed() throws IOException {
    Path out = dir.resolve("out");
    Path prompts = Files.writeString(dir.resolve("prompts.txt"), "a\n\nb\n");
    Shell.Result r =
        Shell.run(
            "./tandem quantize --model %s --output %s --activations a8 --prompts %s --steps 2 --json"
                .formatted(model, out, prompts));
    assertThat(r.exitCode()).as(r.err()).isZero();
    JsonNode layers = new ObjectMapper().readTree(r.out()).get("layers");
    assertThat(layers).hasSizeGreaterThan(10);
    assertThat(layers.get(0).get("weightsDb").asDouble()).isGreaterThan(20);
    Path picture = dir.resolve("picture.png");
    r = Shell.run("./tandem generate --model %s --steps 2 --output %s a".formatted(out, picture));
    assertThat(r.exitCode()).as(r.err()).isZero();
    assertThat(picture).exists();
  }

  @Test
  void whatCannotBeIsOneLine() {
    refused("--weights w5", 2, "weights are stored or w8 or w4, got 'w5'");
    refused("--weights w8 --activations a8", 1, "tandem quantize --model " + model);
    refused("--activations a8", 2, "need weights of 8 bits (w8)");
  }

  private void refused(String options, int code, String message) {
    Shell.Result r = Shell.run("./tandem generate --model " + model + " " + options + " a");
    assertThat(r.err()).contains(message).hasLineCount(1);
    assertThat(r.exitCode()).isEqualTo(code);
  }
}
