package dev.tandem.stages.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
  @TempDir Path dir;

  @BeforeEach
  void writeModel() throws IOException {
    write(
        "model_index.json",
        """
        {"_class_name": "StableDiffusionPipeline", "requires_safety_checker": false,
         "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
         "image_encoder": [null, null],
         "scheduler": ["diffusers", "DDIMScheduler"],
         "unet": ["diffusers", "UNet2DConditionModel"],
         "vae": ["diffusers", "AutoencoderKL"]}""");
    write("unet/config.json", "{\"_class_name\":\"UNet2DConditionModel\",\"sample_size\":16}");
    write(
        "scheduler/scheduler_config.json",
        "{\"beta_start\":0.00085,\"trained_betas\":null,\"lambda_min_clipped\":-Infinity}");
  }

  @Test
  void givesEachPartWithClassAndConfig() {
    ModelFolder model = ModelFolder.open(dir);
    assertThat(model.pipelineClass()).isEqualTo("StableDiffusionPipeline");
    assertThat(model.classNames()).containsOnlyKeys("scheduler", "unet", "vae");
    assertThat(model.component("unet").className()).isEqualTo("UNet2DConditionModel");
    assertThat(model.component("unet").config().integer("sample_size")).contains(16);
    assertThat(model.scheduler().className()).isEqualTo("DDIMScheduler");
    assertThat(model.scheduler().config().number("beta_start")).contains(0.00085);
    assertThat(model.scheduler().config().number("trained_betas")).isEmpty();
    assertThat(model.scheduler().config().number("lambda_min_clipped"))
        .contains(Double.NEGATIVE_INFINITY);
    assertThat(model.has("text_encoder_2")).isFalse();
    assertThatThrownBy(() -> model.component("text_encoder_2"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("'text_encoder_2'", "unet");
    assertThatThrownBy(() -> model.component("vae"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(dir.resolve("vae").toString(), "config.json");
  }

  @Test
  void anUnknownModelClassIsNamedWithTheKnownOnes() throws IOException {
    write("model_index.json", "{\"transformer\": [\"diffusers\", \"SD3Transformer2DModel\"]}");
    assertThatThrownBy(() -> ModelFolder.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(
            "model_index.json", "'transformer'", "SD3Transformer2DModel", "UNet2DConditionModel");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "MODEL.CKPT", "not/there.safetensors"})
  void aSingleFileCheckpointIsNotYetSupported(String name) throws IOException {
    if (!name.startsWith("not")) {
      write(name, "weights");
    }
    assertThatThrownBy(() -> ModelFolder.open(dir.resolve(name)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(dir.resolve(name).toString(), "not yet supported", "convert");
  }

  @Test
  void whatIsNoModelFolderIsNamed() throws IOException {
    assertThatThrownBy(() -> ModelFolder.open(dir.resolve("none")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("none", "does not exist");
    assertThatThrownBy(() -> ModelFolder.open(dir.resolve("unet")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("unet", "no model_index.json");
    write("model_index.json", "{\"unet\": [");
    assertThatThrownBy(() -> ModelFolder.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("model_index.json", "not valid JSON");
  }

  @Test
  void prefersFullWeightsThenShardsThenTheFp16Variant() throws IOException {
    Component unet = ModelFolder.open(dir).component("unet");
    assertThatThrownBy(unet::weights)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("unet", "no weights");

    write("unet/diffusion_pytorch_model.bin", "pickle");
    assertThatThrownBy(unet::weights)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("diffusion_pytorch_model.bin", "convert", "safe_serialization");

    SafeTensorsFile.pair(
        dir.resolve("unet/diffusion_pytorch_model.fp16.safetensors"), "fp16", 1, 2);
    assertNames(unet, "fp16");

    SafeTensorsFile.pair(dir.resolve("unet/shard-1.safetensors"), "shard", 1, 2);
    write(
        "unet/diffusion_pytorch_model.safetensors.index.json",
        "{\"weight_map\":{\"shard\":\"shard-1.safetensors\"}}");
    assertNames(unet, "shard");

    SafeTensorsFile.pair(dir.resolve("unet/diffusion_pytorch_model.safetensors"), "full", 1, 2);
    assertNames(unet, "full");
  }

  @Test
  void takesTheOnlyWeightFileWhateverItsNameButDoesNotGuess() throws IOException {
    Component unet = ModelFolder.open(dir).component("unet");
    SafeTensorsFile.pair(dir.resolve("unet/mine.safetensors"), "mine", 1, 2);
    assertNames(unet, "mine");
    SafeTensorsFile.pair(dir.resolve("unet/yours.safetensors"), "yours", 1, 2);
    assertThatThrownBy(unet::weights)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("mine.safetensors", "yours.safetensors");
  }

  @Test
  void aPartOnItsOwnNamesItsClass() throws IOException {
    assertThat(Component.open(dir.resolve("unet")).className()).isEqualTo("UNet2DConditionModel");
    write("text/config.json", "{\"architectures\":[\"CLIPTextModelWithProjection\"]}");
    assertThat(Component.open(dir.resolve("text")).className())
        .isEqualTo("CLIPTextModelWithProjection");
    write("odd/config.json", "{}");
    assertThatThrownBy(() -> Component.open(dir.resolve("odd")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("names no class");
  }

  @Test
  void aStudentTakesFromItsBaseWhatItHasNoFolderFor() throws IOException {
    write("vae/config.json", "{\"_class_name\":\"AutoencoderKL\"}");
    writeStudent("..");
    write("student/scheduler/scheduler_config.json", "{\"steps_offset\":1}");
    write("student/unet/config.json", "{\"time_cond_proj_dim\":64}");
    ModelFolder student = ModelFolder.open(dir.resolve("student"));
    assertThat(student.base().orElseThrow().folder()).isEqualTo(dir);
    assertThat(student.component("vae").folder()).isEqualTo(dir.resolve("vae"));
    assertThat(student.component("unet").config().integer("time_cond_proj_dim")).contains(64);
    assertThat(student.scheduler().config().integer("steps_offset")).contains(1);
    assertThat(student.has("text_encoder")).isFalse();
    assertThat(ModelFolder.open(dir).base()).isEmpty();
  }

  @Test
  void aBaseThatIsMissingOrNoWholeModelIsNamed() throws IOException {
    writeStudent("../none");
    assertNoStudent("student/model_index.json", "'../none'", "does not exist", "put the base");
    writeStudent("../vae");
    write("vae/config.json", "{}");
    assertNoStudent("'../vae'", "has no model_index.json");
    for (String itself : new String[] {".", "../other"}) {
      write("other/model_index.json", "{\"_base\": \"..\"}");
      writeStudent(itself);
      assertNoStudent("'" + itself + "'", "has a '_base' itself");
    }
    writeStudent("..");
    ModelFolder student = ModelFolder.open(dir.resolve("student"));
    write("model_index.json", "{\"vae\": [\"diffusers\", \"AutoencoderTiny\"]}");
    ModelFolder other = ModelFolder.open(dir.resolve("student"));
    assertThatThrownBy(() -> other.component("vae"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("'vae'", "AutoencoderKL", "AutoencoderTiny");
    assertThatThrownBy(() -> other.component("unet"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("no part 'unet'");
    assertThat(student.component("unet").folder()).isEqualTo(dir.resolve("unet"));
  }

  private void writeStudent(String base) throws IOException {
    write(
        "student/model_index.json",
        """
        {"_base": "%s", "scheduler": ["diffusers", "DDIMScheduler"],
         "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}"""
            .formatted(base));
  }

  private void assertNoStudent(String... parts) {
    assertThatThrownBy(() -> ModelFolder.open(dir.resolve("student")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void configReadsNameFileAndKey() throws IOException {
    Path file =
        write(
            "c.json",
            "{\"i\":3,\"f\":0.5,\"s\":\"x\",\"b\":true,\"is\":[1,2],\"fs\":[1,2.5],\"ss\":[\"a\"],"
                + "\"big\":12345678901,\"nil\":null}");
    Config c = Config.read(file);
    assertThat(c.require("i", c::integer)).isEqualTo(3);
    assertThat(c.number("f")).contains(0.5);
    assertThat(c.number("i")).contains(3.0);
    assertThat(c.text("s")).contains("x");
    assertThat(c.flag("b")).contains(true);
    assertThat(c.require("is", c::integers)).containsExactly(1, 2);
    assertThat(c.require("fs", c::numbers)).containsExactly(1.0, 2.5);
    assertThat(c.require("ss", c::texts)).containsExactly("a");
    assertThat(c.integer("nil")).isEmpty();
    assertThatThrownBy(() -> c.require("none", c::integer))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(file.toString(), "'none'", "missing");
    for (String key : new String[] {"f", "big", "s", "b", "is"}) {
      assertThatThrownBy(() -> c.integer(key))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(file.toString(), "'" + key + "'", "whole number");
    }
    assertThatThrownBy(() -> c.integers("fs"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("'fs'", "[1,2.5]", "list of whole numbers");
  }

  /** What downloads leave in a file's place is named, in configs, weights and shards alike. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `version https://git-lfs.github.com/spec/v1
          oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
          size 1059962
          ` | is a Git LFS pointer, not the file of 1059962 bytes; run git lfs pull
          `` | is empty; fetch it again
          `<!DOCTYPE html><html><body>Sign in</body></html>` | is a web page, not the file
          """)
  void whatStandsInAFilesPlaceIsNamed(String text, String problem) throws IOException {
    Component unet = ModelFolder.open(dir).component("unet");
    Path weights = write("unet/diffusion_pytorch_model.safetensors", text);
    assertNamed(unet::weights, weights, problem);
    Files.delete(weights);
    Path shard = write("unet/shard-1.safetensors", text);
    String index = "unet/diffusion_pytorch_model.safetensors.index.json";
    write(index, "{\"weight_map\":{\"shard\":\"shard-1.safetensors\"}}");
    assertNamed(unet::weights, shard, problem);
    assertNamed(unet::weights, write(index, text), problem);
    Path config = write("unet/config.json", text);
    assertNamed(() -> ModelFolder.open(dir).component("unet"), config, problem);
    Path scheduler = write("scheduler/scheduler_config.json", text);
    assertNamed(() -> ModelFolder.open(dir).scheduler(), scheduler, problem);
    assertNamed(() -> ModelFolder.open(dir), write("model_index.json", text), problem);
  }

  @Test
  void aLinkThatLeadsNowhereIsNamedAndNotTakenForAMissingFile() throws IOException {
    Component unet = ModelFolder.open(dir).component("unet");
    Path weights = dir.resolve("unet/diffusion_pytorch_model.safetensors");
    SafeTensorsFile.pair(dir.resolve("unet/diffusion_pytorch_model.fp16.safetensors"), "x", 1, 2);
    Files.createSymbolicLink(weights, Path.of("../../blobs/4d7a21"));
    assertNamed(unet::weights, weights, "is a link to ../../blobs/4d7a21, which does not exist");
    Files.delete(weights);
    Files.createDirectory(weights);
    assertNamed(unet::weights, weights, "is a folder, not a file");
  }

  @ParameterizedTest
  @CsvSource({
    "Entry not found, begins with the text 'Entry not found'",
    "PK\u0003\u0004archive/data.pkl, looks like weights pickled by PyTorch",
    "GGUF\u0003\u0000\u0000\u0000tensors, is a GGUF file"
  })
  void weightsOfAnotherFormatAreNamed(String text, String problem) throws IOException {
    Component unet = ModelFolder.open(dir).component("unet");
    Path weights = write("unet/diffusion_pytorch_model.safetensors", text);
    assertNamed(unet::weights, weights, problem);
  }

  @Test
  void aShardThatIsMissingIsNamedWithTheIndex() throws IOException {
    Component unet = ModelFolder.open(dir).component("unet");
    Path index = dir.resolve("unet/diffusion_pytorch_model.bf16.safetensors.index.json");
    write("unet/" + index.getFileName(), "{\"weight_map\":{\"x\":\"shard-2.safetensors\"}}");
    assertNamed(unet::weights, index, "names the shard shard-2.safetensors, which does not exist");
  }

  private static void assertNamed(
      ThrowableAssert.ThrowingCallable reading, Path file, String... problems) {
    assertThatThrownBy(reading)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(problems);
  }

  private static void assertNames(Component part, String name) {
    try (ModelWeights weights = part.weights()) {
      assertThat(weights.names()).containsExactly(name);
    }
  }

  private Path write(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
