package dev.tandem.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program must notice whatever is wrong: a check that cannot fail proves nothing. */
class GoldenMainTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("tandem.root"), "conformance/golden");

  @TempDir Path dir;

  private record Result(int code, String out) {}

  private Result run(Path folder, String... more) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    List<String> args = Stream.concat(Stream.of(folder.toString()), Stream.of(more)).toList();
    int code = new GoldenMain(new PrintStream(bytes, true, StandardCharsets.UTF_8)).run(args);
    return new Result(code, bytes.toString(StandardCharsets.UTF_8));
  }

  private Result runReference(Path folder) {
    return run(folder, "--device", "reference");
  }

  @Test
  void printsALineForEachCheckWithDeviceErrorAndBound() throws IOException {
    copy("taesd-tiny");
    Result r = run(dir);
    assertThat(r.code()).isZero();
    assertThat(r.out().lines())
        .hasSize(2 * 4 + 1)
        .anyMatch(l -> l.matches("ok +error \\S+ +bound 0.00010 +cpu +taesd-tiny vae.wide.image"))
        .anyMatch(l -> l.matches("ok +error .* reference +taesd-tiny vae.square.encode.latents"))
        .contains("8 checks of 2 cases, 0 failed");
  }

  @Test
  void oneFolderOrDeviceCanBeChosen() throws IOException {
    Path folder = copy("taesd-tiny");
    Result r = runReference(folder);
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("taesd-tiny vae.wide.image").doesNotContain(" cpu ");
    Result unknown = run(folder, "--device", "reference", "abacus");
    assertThat(unknown.code()).isOne();
    assertThat(unknown.out()).contains("FAIL", "unknown device 'abacus'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text.last_hidden_state",
        "text.penultimate_hidden_state",
        "text.pooler_output",
        "text_2.text_embeds",
        "text_2.penultimate_hidden_state",
        "unet.square.output",
        "unet.odd.output",
        "unet.square.after.mid_block",
        "unet.square.after.time_embedding",
        "vae.wide.image",
        "vae.square.encode.mean",
        "vae.square.encode.logvar"
      })
  void oneValueThatIsOffFailsItsCheckAndNoOther(String tensor) throws IOException {
    Path file = copy("sdxl-tiny").resolve("golden.safetensors");
    // a thousandth of the largest magnitude is ten times the bound
    change(file, tensor, "add");
    Result r = runReference(dir);
    assertThat(r.code()).isOne();
    assertThat(r.out().lines().filter(l -> l.startsWith("FAIL")))
        .singleElement()
        .asString()
        .endsWith("sdxl-tiny " + tensor);
  }

  @ParameterizedTest
  @CsvSource({
    "torch_randn.safetensors, seed42/n17, seed42/n17",
    "schedulers.safetensors, euler-e-leading-5/timesteps, euler-e-leading-5 timesteps",
    "schedulers.safetensors, heun-e-leading-5/samples, heun-e-leading-5 samples",
    "schedulers.safetensors, lms-e-leading-5/model_inputs, lms-e-leading-5 model_inputs",
    "schedulers.safetensors, ddpm-e-leading-5/noises, ddpm-e-leading-5 samples",
  })
  void oneValueThatIsOffFailsPlainChecksToo(String file, String tensor, String check)
      throws IOException {
    copy(file);
    if (file.startsWith("schedulers")) {
      copy("schedulers.json");
    }
    change(dir.resolve(file), tensor, "add");
    Result r = runReference(dir);
    assertThat(r.code()).isOne();
    assertThat(r.out().lines().filter(l -> l.startsWith("FAIL")))
        .isNotEmpty()
        .allMatch(l -> l.contains(check.substring(0, check.lastIndexOf(' ') + 1)))
        .anyMatch(l -> l.endsWith(check));
  }

  @Test
  void aValueThatIsNotANumberFails() throws IOException {
    change(copy("taesd-tiny").resolve("golden.safetensors"), "vae.wide.image", "nan");
    Result r = runReference(dir);
    assertThat(r.code()).isOne();
    assertThat(r.out().lines().filter(l -> l.startsWith("FAIL"))).hasSize(1);
  }

  @Test
  void aWrongTokenFails() throws IOException {
    Path json = copy("clip-tokenizer").resolve("golden.json");
    String text = Files.readString(json);
    Files.writeString(json, text.replaceFirst("1125", "1126"));
    Result r = runReference(dir);
    assertThat(r.code()).isOne();
    assertThat(r.out().lines().filter(l -> l.startsWith("FAIL")))
        .singleElement()
        .asString()
        .contains("error 1.0", "astronaut");
  }

  @Test
  void stringsMayLieBesideTheTokenizer() throws IOException {
    Path tokenizer = copy("clip-tokenizer");
    Files.move(tokenizer.resolve("golden.json"), dir.resolve("tokenizer.json"));
    Result r = runReference(dir);
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("60 checks of 1 cases");
  }

  @Test
  void unknownThingsAreNamedAndFail() throws IOException {
    Path model = copy("taesd-tiny");
    Files.writeString(dir.resolve("README.md"), "text is no case");
    Files.writeString(dir.resolve("notes.dat"), "?");
    Files.createDirectories(dir.resolve("broken"));
    Files.writeString(dir.resolve("broken/golden.safetensors"), "?");
    Files.createDirectories(dir.resolve("model"));
    Files.writeString(dir.resolve("model/model_index.json"), "{}");
    rename(model.resolve("golden.safetensors"), "vae.wide.image", "vae.wide.imagf");
    Result r = runReference(dir);
    assertThat(r.code()).isOne();
    assertThat(r.out().lines().filter(l -> l.startsWith("FAIL")))
        .anyMatch(l -> l.contains("notes.dat"))
        .anyMatch(l -> l.contains("broken") && l.contains("too few"))
        .anyMatch(l -> l.contains("model") && l.contains("without golden.json"))
        .anyMatch(l -> l.contains("taesd-tiny vae.wide.") && l.contains("imagf"))
        .noneMatch(l -> l.contains("README"));
  }

  @Test
  void aPartThatCannotBeLoadedFails() throws IOException {
    Path model = copy("sd2-tiny");
    Files.delete(model.resolve("unet/config.json"));
    Files.write(model.resolve("vae/diffusion_pytorch_model.safetensors"), new byte[100]);
    Result r = runReference(dir);
    assertThat(r.code()).isOne();
    assertThat(r.out())
        .contains("ok ", "sd2-tiny text.last_hidden_state")
        .containsPattern("FAIL .*sd2-tiny unet.odd.*config.json")
        .containsPattern("FAIL .*sd2-tiny vae.wide.*header");
  }

  @Test
  void nothingToCheckFails() {
    Result r = runReference(dir);
    assertThat(r.code()).isOne();
    assertThat(r.out()).contains("0 checks").contains("nothing was proven");
  }

  @Test
  void badUsageIsExplained() {
    assertThat(run(dir.resolve("none"))).matches(r -> r.code() == 2 && r.out().contains("none"));
    assertThat(run(dir, "--device")).matches(r -> r.code() == 2 && r.out().contains("usage"));
    assertThat(run(dir, "other")).matches(r -> r.code() == 2 && r.out().contains("usage"));
  }

  private Path copy(String name) throws IOException {
    Path from = GOLDEN.resolve(name);
    try (Stream<Path> all = Files.walk(from)) {
      for (Path p : all.sorted().toList()) {
        Files.copy(p, dir.resolve(GOLDEN.relativize(p).toString()));
      }
    }
    return dir.resolve(name);
  }

  /** Changes the first F32 value of a tensor in a safetensors file. */
  private static void change(Path file, String tensor, String how) throws IOException {
    ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = Math.toIntExact(b.getLong(0));
    String header = new String(b.array(), 8, headerLength, StandardCharsets.UTF_8);
    Matcher m =
        Pattern.compile(
                "\"" + Pattern.quote(tensor) + "\":\\{[^}]*\"data_offsets\":\\[(\\d+),(\\d+)\\]")
            .matcher(header);
    assertThat(m.find()).as(tensor).isTrue();
    int begin = 8 + headerLength + Integer.parseInt(m.group(1));
    int end = 8 + headerLength + Integer.parseInt(m.group(2));
    float largest = 0;
    for (int i = begin; i < end; i += 4) {
      largest = Math.max(largest, Math.abs(b.getFloat(i)));
    }
    float value = b.getFloat(begin);
    b.putFloat(begin, how.equals("nan") ? Float.NaN : value + largest * 1e-3f);
    Files.write(file, b.array());
  }

  /** Renames a tensor to a name of the same length. */
  private static void rename(Path file, String from, String to) throws IOException {
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    Files.writeString(file, bytes.replace(from, to), StandardCharsets.ISO_8859_1);
  }
}
