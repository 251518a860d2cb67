package dev.tandem.orchestrator.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.files.FileWriteException;
import dev.tandem.orchestrator.request.GuidanceLimits;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.StepCache;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngTest {
  @TempDir Path folder;

  private static Picture picture(String prompt, String negative) {
    Request r =
        Request.of(prompt).withNegative(negative).withSeed(7).withSize(3, 2).withSampler("ddim");
    byte[] rgb = new byte[18];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 14);
    }
    return new Picture(0, r, "default", rgb);
  }

  /** Chunks by type, read as the PNG specification lays them out. */
  private static Map<String, byte[]> chunks(Path file) throws IOException {
    Map<String, byte[]> chunks = new LinkedHashMap<>();
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      in.skipNBytes(8);
      while (in.available() > 0) {
        int length = in.readInt();
        String type = new String(in.readNBytes(4), StandardCharsets.US_ASCII);
        chunks.put(type, in.readNBytes(length));
        in.readInt();
      }
    }
    return chunks;
  }

  @Test
  void latin1ParametersAreATextChunkAsAutomatic1111Writes() throws Exception {
    Path file = folder.resolve("deep/er/a.png");
    picture("crème brûlée, flat style", "blurry").writePng(file);
    assertThat(new String(chunks(file).get("tEXt"), StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "parameters\0crème brûlée, flat style\nNegative prompt: blurry\n"
                + "Steps: 20, Sampler: DDIM, CFG scale: 2.5, Seed: 7, Size: 3x2, Model: default,"
                + " Version: Tandem");
  }

  @Test
  void parametersNameTheLimitsOfGuidance() {
    Request r = picture("a", "").request().withLimits(new GuidanceLimits(0.7, 0.995, 2));
    assertThat(Parameters.of(new Picture(0, r, "default", new byte[18])))
        .contains(
            "Size: 3x2, CFG Rescale: 0.7, Dynamic threshold: 0.995, Threshold max: 2.0, Model:");
  }

  @Test
  void parametersNameTheCache() {
    Request r = picture("a", "").request();
    for (String cache : List.of("off", "deep:1", "deep:3", "first-block:0.1")) {
      ModelOptions form = ModelOptions.DEFAULT.withCache(StepCache.parse(cache));
      String text = Parameters.of(new Picture(0, r, "default", form, new byte[18]));
      if (form.cache().takesOver()) {
        assertThat(text).contains("Model: default, Step cache: \"" + cache + "\", Version:");
      } else {
        assertThat(text).contains("Model: default, Version:");
      }
    }
  }

  @Test
  void parametersNameTheEtaThatWasAskedFor() {
    Request r = picture("a", "").request();
    assertThat(Parameters.of(new Picture(0, r, "default", new byte[18]))).doesNotContain("Eta");
    assertThat(Parameters.of(new Picture(0, r.withEta(0.5), "default", new byte[18])))
        .contains("Size: 3x2, Eta DDIM: 0.5, Model:");
  }

  @Test
  void otherParametersAreAnInternationalTextChunk() throws Exception {
    Path file = folder.resolve("a.png");
    picture("日本語 🍎", "").writePng(file);
    String chunk = new String(chunks(file).get("iTXt"), StandardCharsets.UTF_8);
    assertThat(chunk).startsWith("parameters\0\0\0\0\0日本語 🍎\nSteps: 20");
    assertThat(chunks(file)).doesNotContainKey("tEXt");
  }

  @Test
  void textChunksHoldNoControlCharactersAndNoHalvesOfLetters() throws Exception {
    Path file = folder.resolve("a.png");
    picture("red\0ap\u001b[2Jple\r", "tab\tstays").writePng(file);
    assertThat(new String(chunks(file).get("tEXt"), StandardCharsets.ISO_8859_1))
        .startsWith("parameters\0red ap [2Jple \nNegative prompt: tab\tstays\n");
    picture("half \uD83C of an apple", "").writePng(file);
    assertThat(new String(chunks(file).get("iTXt"), StandardCharsets.UTF_8))
        .contains("half \uFFFD of an apple");
  }

  @Test
  void pixelsSurvive() throws Exception {
    Path file = folder.resolve("a.png");
    Picture p = picture("a", "");
    p.writePng(file);
    var image = ImageIO.read(file.toFile());
    for (int i = 0; i < 6; i++) {
      int rgb = image.getRGB(i % 3, i / 3);
      assertThat(new int[] {rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255})
          .containsExactly(
              p.rgb()[3 * i] & 255, p.rgb()[3 * i + 1] & 255, p.rgb()[3 * i + 2] & 255);
    }
  }

  @Test
  void whatCannotBeWrittenLeavesNothingBehind() throws Exception {
    Path blocked = Files.createDirectories(folder.resolve("a.png/child")).getParent();
    assertThatThrownBy(() -> picture("a", "").writePng(blocked))
        .isInstanceOf(FileWriteException.class)
        .hasMessage("cannot write '" + blocked + "': is a folder");
    try (var left = Files.list(folder)) {
      assertThat(left.map(p -> p.getFileName().toString())).containsExactly("a.png");
    }
  }

  @Test
  void samplersHaveTheNamesThatAutomatic1111Gives() {
    Request r = picture("a", "").request().withSampler("dpmpp_2m_karras");
    assertThat(Parameters.of(new Picture(0, r, "default", new byte[18])))
        .contains("Sampler: DPM++ 2M Karras,");
  }

  @Test
  void numbersArePlain() {
    assertThat(Parameters.plain(5f)).isEqualTo("5");
    assertThat(Parameters.plain(7.5f)).isEqualTo("7.5");
    assertThat(Parameters.plain(100f)).isEqualTo("100");
  }
}
