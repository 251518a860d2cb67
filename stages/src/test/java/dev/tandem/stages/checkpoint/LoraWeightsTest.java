package dev.tandem.stages.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import dev.tandem.stages.checkpoint.SafeTensorsFile.Values;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A part that is stored as a difference; numbers are computed by hand. */
class LoraWeightsTest {
  private static final String P = "base_model.model.";

  @TempDir Path dir;
  private final Map<String, Values> base = new LinkedHashMap<>();
  private final Map<String, Values> adapter = new LinkedHashMap<>();
  private final Map<String, String> config = new LinkedHashMap<>();

  @BeforeEach
  void aBaseAndAnAdapterThatFit() {
    base.put("mid.to_q.weight", f16(Shape.of(2, 3), 1, 2, 3, 4, 5, 6));
    base.put("conv.weight", f32(Shape.of(1, 1, 1, 2), 1, 2));
    base.put("norm.weight", f32(Shape.of(2), 7, 8));
    adapter.put(P + "mid.to_q.lora_A.weight", f32(Shape.of(2, 3), 1, 0, -1, 0, 1, 0));
    adapter.put(P + "mid.to_q.lora_B.weight", f32(Shape.of(2, 2), 1, 2, 3, 4));
    adapter.put(P + "conv.lora_A.weight", f32(Shape.of(2, 1, 1, 2), 1, 2, 3, 4));
    adapter.put(P + "conv.lora_B.weight", f32(Shape.of(1, 2, 1, 1), 1, -1));
    adapter.put(P + "norm.weight", f32(Shape.of(2), 9, 10));
    adapter.put(P + "new.weight", f32(Shape.of(1), 11));
    config.put("peft_type", "\"LORA\"");
    config.put("base_model_name_or_path", "\"../base\"");
    config.put("r", "2");
    config.put("lora_alpha", "4");
  }

  @Test
  void mergesReplacesAndAdds() {
    try (ModelWeights w = open()) {
      assertThat(w.names())
          .containsExactly("mid.to_q.weight", "conv.weight", "norm.weight", "new.weight");
      assertThat(w.contains("new.weight")).isTrue();
      assertThat(w.contains(P + "new.weight")).isFalse();
      Tensor q = w.get("mid.to_q.weight");
      // B A = (1 2 -1; 3 4 -3), twice that is added
      assertThat(q.toFloats()).containsExactly(3, 6, 1, 10, 13, 0);
      assertThat(q.type()).isEqualTo(DType.F16);
      assertThat(w.get("conv.weight").toFloats()).containsExactly(-3, -2);
      assertThat(w.get("norm.weight").toFloats()).containsExactly(9, 10);
      assertThat(w.get("new.weight").toFloats()).containsExactly(11);
    }
  }

  @Test
  void theScaleOfAModuleMayHaveARootOrAPattern() {
    config.put("use_rslora", "true");
    config.put("r", "4");
    config.put("rank_pattern", "{\"mid.*to_q\": 2, \"conv\": 2}");
    config.put("alpha_pattern", "{\"q\": 100, \"to_q\": 1, \"mid.to_q\": 200}");
    try (ModelWeights w = open()) {
      // "q" fits no whole part of a name; of the two that fit, the first counts
      assertThat(w.get("mid.to_q.weight").getFloat(0))
          .isEqualTo(Float.float16ToFloat(Float.floatToFloat16((float) (1 + 1 / Math.sqrt(2)))));
      assertThat(w.get("conv.weight").getFloat(0)).isEqualTo((float) (1 - 2 * (4 / Math.sqrt(2))));
    }
  }

  @Test
  void manyThreadsGetOneTensorThatEndsWithTheWeights() {
    ModelWeights w = open();
    List<Tensor> all =
        IntStream.range(0, 64).parallel().mapToObj(i -> w.get("mid.to_q.weight")).toList();
    assertThat(all).allSatisfy(t -> assertThat(t).isSameAs(all.getFirst()));
    Tensor added = w.get("new.weight");
    w.close();
    w.close();
    for (Tensor t : List.of(all.getFirst(), added)) {
      assertThatThrownBy(() -> t.getFloat(0)).isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> w.get("conv.weight").getFloat(0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTensorThatIsNowhereIsNamedWithBothFiles() {
    try (ModelWeights w = open()) {
      assertThatThrownBy(() -> w.get("gone.weight"))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll(
              "adapter_model.safetensors", "base", "'gone.weight'", "modules_to_save");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peft_type | \"LOHA\" | 'peft_type' is LOHA | LORA",
        "use_dora | true | 'use_dora' is true | merge_and_unload",
        "bias | \"lora_only\" | 'bias' is lora_only | none",
        "fan_in_fan_out | true | 'fan_in_fan_out' is true | false",
        "lora_bias | true | 'lora_bias' is true | false",
        "target_parameters | [\"x\"] | 'target_parameters' is [\"x\"] | null",
        "layer_replication | [[0, 4]] | 'layer_replication' is [[0,4]] | null",
        "init_lora_weights | \"pissa_niter_4\" | 'init_lora_weights' is pissa_niter_4 | gaussian",
        "r | 0 | got 0 | at least 1",
        "r | 2.5 | 'r' is 2.5 | whole number",
        "lora_alpha | \"4\" | 'lora_alpha' is \"4\" | a number",
        "rank_pattern | {\"(\": 2} | 'rank_pattern' has '(' | regular expression",
        "rank_pattern | {\"conv\": -1} | got -1 | at least 1",
        "alpha_pattern | {\"conv\": []} | 'conv' is [] | a number",
        "alpha_pattern | [2] | 'alpha_pattern' is [2] | an object",
        "base_model_name_or_path | \"../none\" | is '../none' | put the base model there",
        "base_model_name_or_path | \".\" | is '.' | itself an adapter",
      },
      quoteCharacter = '`')
  void aWrongSettingIsNamed(String key, String value, String named, String hint) {
    config.put(key, value);
    assertRefused("adapter_config.json", named, hint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "use_dora | false",
        "bias | \"none\"",
        "target_parameters | null",
        "layer_replication | []",
        "init_lora_weights | \"gaussian\"",
        "init_lora_weights | true",
        "rank_pattern | {}",
        "alpha_pattern | null",
        "loftq_config | {}",
      })
  void whatPeftWritesByDefaultIsTaken(String key, String value) {
    config.put(key, value);
    try (ModelWeights w = open()) {
      assertThat(w.get("mid.to_q.weight").getFloat(0)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource({"peft_type", "base_model_name_or_path", "r", "lora_alpha"})
  void aMissingSettingIsNamed(String key) {
    config.remove(key);
    assertRefused("adapter_config.json", "'" + key + "' is missing");
  }

  @ParameterizedTest
  @CsvSource({"A, B", "B, A"})
  void aMatrixWithoutItsCounterpartIsNamed(String gone, String left) {
    adapter.remove(P + "conv.lora_" + gone + ".weight");
    assertRefused(
        P + "conv.lora_" + left + ".weight' has no counterpart '" + P + "conv.lora_" + gone);
  }

  @Test
  void aModuleThatTheBaseLacksIsNamed() {
    base.remove("conv.weight");
    assertRefused("conv.lora_A.weight", "'conv.weight'", "base", "trained on");
  }

  @Test
  void matricesThatDoNotFitAreNamedWithBothShapes() {
    adapter.put(P + "conv.lora_A.weight", f32(Shape.of(2, 1, 2, 1), 1, 2, 3, 4));
    assertRefused("conv.lora_A.weight", "[2, 1, 2, 1]", "[2, 1, 1, 2]", "[1, 1, 1, 2]");
    aBaseAndAnAdapterThatFit();
    adapter.put(P + "mid.to_q.lora_B.weight", f32(Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
    assertRefused("mid.to_q.lora_B.weight", "[3, 2]", "[2, 2]", "[2, 3]");
    aBaseAndAnAdapterThatFit();
    adapter.put(P + "conv.lora_B.weight", f32(Shape.of(1, 2), 1, -1));
    assertRefused("conv.lora_B.weight", "[1, 2]", "[1, 2, 1, 1]");
    aBaseAndAnAdapterThatFit();
    adapter.put(P + "norm.lora_A.weight", f32(Shape.of(2), 1, 2));
    adapter.put(P + "norm.lora_B.weight", f32(Shape.of(2), 1, 2));
    assertRefused("norm.lora_A.weight", "[2]", "linear layers and convolutions");
  }

  @Test
  void aRankThatTheConfigDoesNotSayIsNamed() {
    config.put("r", "3");
    assertRefused("lora_A.weight", "[2, 3]", "rank 3", "adapter_config.json");
  }

  @ParameterizedTest
  @CsvSource({
    "unet.conv.lora_A.weight, base_model.model.",
    "base_model.model.conv.lora_magnitude_vector, not supported",
    "base_model.model.conv.lora_B.bias, not supported",
    "base_model.model.conv.lora_A.default.weight, not supported",
    "base_model.model.lora_embedding_A, not supported",
    "base_model.model.conv.weight, whole and as a difference",
  })
  void anUnknownTensorIsNamed(String key, String hint) {
    adapter.put(key, f32(Shape.of(1), 1));
    assertRefused(key, hint);
  }

  @Test
  void aMatrixOfWholeNumbersIsNamed() {
    adapter.put(P + "mid.to_q.lora_B.weight", new Values(DType.I64, Shape.of(2, 2), 1, 2, 3, 4));
    assertRefused("mid.to_q.lora_B.weight", "I64", "F16");
  }

  @Test
  void theAdaptersFileMustBeThereAndAlone() throws IOException {
    open().close();
    SafeTensorsFile.write(dir.resolve("part/diffusion_pytorch_model.safetensors"), base);
    assertThatThrownBy(() -> WeightFiles.open(dir.resolve("part")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(
            "part", "diffusion_pytorch_model.safetensors", "adapter_config.json", "remove");
    Files.delete(dir.resolve("part/diffusion_pytorch_model.safetensors"));
    Files.delete(dir.resolve("part/adapter_model.safetensors"));
    assertThatThrownBy(() -> WeightFiles.open(dir.resolve("part")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("part has no weights", "adapter_model.safetensors");
    Files.writeString(dir.resolve("part/adapter_model.bin"), "pickle");
    assertThatThrownBy(() -> WeightFiles.open(dir.resolve("part")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("adapter_model.bin", "run code");
    Files.delete(dir.resolve("base/diffusion_pytorch_model.safetensors"));
    SafeTensorsFile.write(dir.resolve("part/adapter_model.safetensors"), adapter);
    assertThatThrownBy(() -> WeightFiles.open(dir.resolve("part")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("base has no weights");
  }

  private void assertRefused(String... parts) {
    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(parts);
  }

  private ModelWeights open() {
    SafeTensorsFile.write(dir.resolve("base/diffusion_pytorch_model.safetensors"), base);
    SafeTensorsFile.write(dir.resolve("part/adapter_model.safetensors"), adapter);
    StringBuilder json = new StringBuilder();
    config.forEach(
        (key, value) -> json.append(json.isEmpty() ? "{" : ",").append('"' + key + "\":" + value));
    try {
      Files.writeString(dir.resolve("part/adapter_config.json"), json.append('}').toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return WeightFiles.open(dir.resolve("part"));
  }

  private static Values f16(Shape shape, float... values) {
    return new Values(DType.F16, shape, values);
  }

  private static Values f32(Shape shape, float... values) {
    return new Values(DType.F32, shape, values);
  }
}
