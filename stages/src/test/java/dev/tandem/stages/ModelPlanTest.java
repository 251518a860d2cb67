package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.layers.ConfigException;
import dev.tandem.stages.vae.Vae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a model is known when it is opened, without a device. */
class ModelPlanTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path MODELS = Path.of(System.getProperty("tandem.root"), "models");

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"default", "lcm", "steps-10", "steps-5"})
  void theModelsOfThisRepositoryAreWhole(String name) {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(MODELS.resolve(name)));
    assertThat(plan.tokens()).isEqualTo(32);
    Graph decoder = plan.stage(StagePlan.DECODE).graphs(1, 32, 32).getFirst();
    assertThat(decoder.output(Vae.IMAGE).shape().dim(-1)).isEqualTo(3);
  }

  @Test
  void aModelIsKnownByItsFolderAndItsSizes() {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(MODELS.resolve("judge/../default")));
    assertThat(plan.name()).isEqualTo("default");
    assertThat(plan.id()).startsWith(MODELS.resolve("default").toAbsolutePath().toString());
    assertThat(plan.id())
        .as("opened twice")
        .isNotEqualTo(ModelPlan.of(ModelFolder.open(MODELS.resolve("default"))).id());
    assertThat(plan.width(0)).isEqualTo(128);
    assertThat(plan.height(0)).isEqualTo(128);
    assertThat(plan.width(264)).isEqualTo(264);
    assertThatThrownBy(() -> plan.width(100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("width must be divisible by 8, got 100; try 96 or 104");
    assertThatThrownBy(() -> plan.height(7))
        .hasMessage("height must be divisible by 8, got 7; try 8");
  }

  @Test
  void aDistilledGuidanceScaleNeedsNoNegativeHalf() {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(MODELS.resolve("default")));
    assertThat(plan.guided(1)).isFalse();
    assertThat(plan.guided(1.5)).isTrue();
    assertThat(ModelPlan.of(ModelFolder.open(MODELS.resolve("lcm"))).guided(1.5)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          unet | in_channels | 17 | in_channels is 17, but the VAE's latents have 8: an inpainting model needs a picture and a mask, which Tandem does not take
          unet | in_channels | 16 | (instruct-pix2pix) needs a picture
          unet | in_channels | 9 | a depth-to-image model needs a depth map
          unet | in_channels | 11 | an upscaling model needs a picture
          unet | in_channels | 4 | in_channels is 4, but the VAE's latents have 8
          unet | out_channels | 16 | out_channels is 16, but the VAE's latents have 8
          unet | cross_attention_dim | 64 | cross_attention_dim is 64, but the text encoder's hidden_size is
          unet | addition_embed_type | "text_time" | 'addition_time_embed_dim' is missing
          unet | layers_per_block | 3 | has no tensor 'down_blocks.0.resnets.
          unet | time_embedding_dim | 100 | the model's config asks for
          unet | decays | 0.9 | 'decays' is 0.9, but this key is unknown
          vae | latent_channels | 4 | in_channels is 8, but the VAE's latents have 4
          vae | out_channels | 4 | decoder.conv_out
          vae | spatial_norm | true | 'spatial_norm' is true
          text_encoder | max_position_embeddings | 77 | makes 32 tokens of every prompt (model_max_length)
          text_encoder | vocab_size | 3513 | vocab_size is 3513, but its tokenizer
          text_encoder | hidden_size | 96 | cross_attention_dim is
          text_encoder | num_hidden_layers | 13 | has no tensor 'text_model.encoder.layers.
          """)
  void whatDoesNotFitIsNamedWithItsFile(String part, String key, String value, String problem)
      throws IOException {
    link();
    Path file = dir.resolve(part).resolve("config.json");
    ObjectNode config = (ObjectNode) MAPPER.readTree(file.toFile());
    config.set(key, MAPPER.readTree(value));
    Files.delete(file);
    MAPPER.writeValue(file.toFile(), config);
    assertThatThrownBy(() -> ModelPlan.of(ModelFolder.open(dir)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(dir.toString(), problem);
  }

  @Test
  void theFileOfAConfigIsNamed() throws IOException {
    link();
    Path file = dir.resolve("unet/config.json");
    ObjectNode config = (ObjectNode) MAPPER.readTree(file.toFile());
    Files.delete(file);
    MAPPER.writeValue(file.toFile(), config.put("mid_block_type", "UNetMidBlock2DSimpleCrossAttn"));
    assertThatThrownBy(() -> ModelPlan.of(ModelFolder.open(dir)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(file.toString(), "'mid_block_type'", "UNetMidBlock2D");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vocab.json", "merges.txt", "tokenizer_config.json"})
  void tokenizersAreOpenedWithTheWeights(String name) throws IOException {
    link();
    Path file = dir.resolve("tokenizer").resolve(name);
    Files.delete(file);
    Files.writeString(
        file, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 1059962\n");
    assertThatThrownBy(() -> ModelPlan.of(ModelFolder.open(dir)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(file.toString(), "Git LFS pointer", "git lfs pull");
    Files.delete(file);
    assertThatThrownBy(() -> ModelPlan.of(ModelFolder.open(dir)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(name);
  }

  /** An XL pipeline's second part is missed by its class, not taken for another kind of model. */
  @Test
  void anXlPipelineNeedsItsSecondTextEncoder() throws IOException {
    link();
    Path file = dir.resolve("model_index.json");
    ObjectNode index = (ObjectNode) MAPPER.readTree(file.toFile());
    Files.delete(file);
    MAPPER.writeValue(file.toFile(), index.put("_class_name", "StableDiffusionXLPipeline"));
    assertThatThrownBy(() -> ModelPlan.of(ModelFolder.open(dir)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no part 'text_encoder_2'");
  }

  @Test
  void statisticsOfTheVaeAreForXlPipelines() throws IOException {
    link();
    assertThat(ModelFolder.open(dir).isXl()).isFalse();
    Path file = dir.resolve("model_index.json");
    JsonNode index = MAPPER.readTree(file.toFile());
    Files.delete(file);
    for (String xl :
        new String[] {"StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline"}) {
      MAPPER.writeValue(file.toFile(), ((ObjectNode) index.deepCopy()).put("_class_name", xl));
      assertThat(ModelFolder.open(dir).isXl()).as(xl).isTrue();
    }
    MAPPER.writeValue(
        file.toFile(),
        ((ObjectNode) index.deepCopy()).put("_class_name", "LatentConsistencyModelPipeline"));
    assertThat(ModelFolder.open(dir).isXl()).isFalse();
  }

  /** JUnit would warn of each link that it deletes. */
  @AfterEach
  void unlink() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path f : files.filter(Files::isSymbolicLink).toList()) {
        Files.delete(f);
      }
    }
  }

  /** The default model, each file a link as in Hugging Face's cache. */
  private void link() throws IOException {
    Path model = MODELS.resolve("default");
    try (Stream<Path> files = Files.walk(model)) {
      for (Path f : files.filter(Files::isRegularFile).toList()) {
        Path copy = dir.resolve(model.relativize(f).toString());
        Files.createDirectories(copy.getParent());
        Files.createSymbolicLink(copy, f);
      }
    }
  }
}
