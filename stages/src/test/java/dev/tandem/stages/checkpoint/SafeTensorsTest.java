package dev.tandem.stages.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTensorsTest {
  @TempDir Path dir;

  @Test
  void readsEveryType() {
    String header =
        """
        {"__metadata__":{"format":"pt"},
         "f32":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
         "f16":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},
         "bf16":{"dtype":"BF16","shape":[1],"data_offsets":[12,14]},
         "i32":{"dtype":"I32","shape":[],"data_offsets":[14,18]},
         "i64":{"dtype":"I64","shape":[1],"data_offsets":[18,26]}}""";
    byte[] data = new byte[26];
    System.arraycopy(SafeTensorsFile.floats(1.5f, -2f), 0, data, 0, 8);
    data[9] = 0x3c; // F16 1.0 is 0x3c00
    data[10] = 1; // the smallest subnormal F16, 2^-24
    data[13] = (byte) 0xc0; // BF16 -2.0 is 0xc000
    Arrays.fill(data, 14, 18, (byte) 0xff);
    data[19] = 1;
    try (SafeTensors st =
        SafeTensors.open(SafeTensorsFile.write(dir.resolve("a.safetensors"), header, data))) {
      assertThat(st.names()).containsExactly("f32", "f16", "bf16", "i32", "i64");
      assertThat(st.get("f32").shape()).isEqualTo(Shape.of(2, 1));
      assertThat(st.get("f32").toFloats()).containsExactly(1.5f, -2f);
      assertThat(st.get("f16").toFloats()).containsExactly(1f, 0x1p-24f);
      assertThat(st.get("bf16").toFloats()).containsExactly(-2f);
      assertThat(st.get("i32").shape()).isEqualTo(Shape.of());
      assertThat(st.get("i32").toInts()).containsExactly(-1);
      assertThat(st.get("i64").type()).isEqualTo(DType.I64);
      assertThat(st.get("i64").toInts()).containsExactly(256);
      assertThat(st.metadata()).containsEntry("format", "pt");
    }
  }

  @Test
  void aMissingTensorNamesTheFileAndTheMostAlike() {
    Path file = SafeTensorsFile.pair(dir.resolve("a.safetensors"), "conv_in.weight", 1, 2);
    try (SafeTensors st = SafeTensors.open(file)) {
      assertThatThrownBy(() -> st.get("conv_out.weight"))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll(file.toString(), "'conv_out.weight'", "'conv_in.weight'");
    }
  }

  @Test
  void aTensorIsReadOnlyAndEndsWithItsFile() {
    Path file = SafeTensorsFile.pair(dir.resolve("a.safetensors"), "x", 1, 2);
    SafeTensors st = SafeTensors.open(file);
    Tensor x = st.get("x");
    assertThat(x.data().isReadOnly()).isTrue();
    st.close();
    st.close();
    assertThatThrownBy(() -> x.getFloat(0)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}} | only 8 bytes
          {"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | only 8 bytes
          {"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | [begin, end]
          {"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}} | whole numbers
          {"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}} | [begin, end]
          {"x":{"dtype":"F32","shape":[2]}} | data_offsets missing
          {"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}} | takes 12 bytes
          {"x":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}} | takes 4 bytes
          {"x":{"dtype":"F4","shape":[3],"data_offsets":[0,8]}} | more bytes than can be counted
          {"x":{"dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,8]}} | counted
          {"x":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}} | whole numbers
          {"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | shape [-2]
          {"x":{"dtype":"F32","shape":2,"data_offsets":[0,8]}} | shape 2
          {"x":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}} | unknown dtype 'F31'
          {"x":{"shape":[2],"data_offsets":[0,8]}} | unknown dtype ''
          {"x":7} | unknown dtype
          {"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} | end at byte 4
          {"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | leaves a hole
          [1,2] | not a JSON object
          """)
  void aWrongTensorIsNamed(String header, String problem) {
    Path file =
        SafeTensorsFile.write(
            dir.resolve("bad.safetensors"), header, SafeTensorsFile.floats(1f, 2f));
    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(file.toString(), problem, "fetch or convert it again")
        .satisfies(
            e -> assertThat(header.contains("\"x\"") || !e.getMessage().contains("'x'")).isTrue());
  }

  @Test
  void overlappingTensorsAreRefused() {
    String header =
        """
        {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
         "y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""";
    Path file = SafeTensorsFile.write(dir.resolve("a.safetensors"), header, new byte[8]);
    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("'y'", "overlaps 'x'", "byte 8");
  }

  @Test
  void aNameThatAppearsTwiceIsRefused() {
    String header =
        """
        {"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
         "x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""";
    Path file = SafeTensorsFile.write(dir.resolve("a.safetensors"), header, new byte[8]);
    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(file.toString(), "Duplicate", "'x'");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 64, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE})
  void aHeaderLengthThatCannotBeIsRefused(long length) {
    Path file = SafeTensorsFile.write(dir.resolve("a.safetensors"), length, "{}  ", new byte[8]);
    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(
            file.toString(), "claims a header of " + Long.toUnsignedString(length) + " bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {-20, -1, 1, 8})
  void aHeaderLengthThatIsSomewhatOffIsRefused(int by) {
    String header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    Path file =
        SafeTensorsFile.write(
            dir.resolve("a.safetensors"),
            header.length() + by,
            header,
            SafeTensorsFile.floats(1f, 2f));
    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 8, 20, 60, 67})
  void aTruncatedFileIsRefused(int bytes) throws IOException {
    Path file = SafeTensorsFile.pair(dir.resolve("a.safetensors"), "x", 1, 2);
    byte[] whole = Files.readAllBytes(file);
    assertThat(whole.length).isGreaterThan(bytes);
    Files.write(file, Arrays.copyOf(whole, bytes));
    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void aMissingFileAndAFolderAreNamed() {
    assertThatThrownBy(() -> SafeTensors.open(dir.resolve("no.safetensors")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("no.safetensors", "does not exist");
    assertThatThrownBy(() -> SafeTensors.open(dir))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(dir.toString(), "is a folder");
  }

  @Test
  void aTypeThatIsNotComputedIsRefusedWhenAskedFor() {
    String header =
        """
        {"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
         "none":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""";
    Path file = SafeTensorsFile.write(dir.resolve("a.safetensors"), header, new byte[8]);
    try (SafeTensors st = SafeTensors.open(file)) {
      assertThatThrownBy(() -> st.get("x"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll(file.toString(), "'x'", "F64", "convert");
      assertThatThrownBy(() -> st.get("none"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContainingAll("'none'", "[0]");
    }
  }

  @Test
  void aWeightThatDoesNotFitTheGraphIsNamedWithItsFile() {
    String header =
        """
        {"conv.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},
         "conv.bias":{"dtype":"I32","shape":[2],"data_offsets":[8,16]}}""";
    Path file = SafeTensorsFile.write(dir.resolve("a.safetensors"), header, new byte[16]);
    GraphBuilder g = new GraphBuilder("test");
    try (SafeTensors st = SafeTensors.open(file)) {
      assertThat(st.get(g.weight("conv.weight", 1, 2)).shape()).isEqualTo(Shape.of(1, 2));
      Node otherShape = new GraphBuilder("test").weight("conv.weight", 2, 1);
      assertThatThrownBy(() -> st.get(otherShape))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll(file.toString(), "'conv.weight'", "[1, 2]", "[2, 1]");
      Node wrongType = g.weight("conv.bias", 2);
      assertThatThrownBy(() -> st.get(wrongType))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll(file.toString(), "'conv.bias'", "I32", "F32");
      Node missing = g.weight("conv.scale", 2);
      assertThatThrownBy(() -> st.get(missing))
          .isInstanceOf(WeightException.class)
          .hasMessageContainingAll(file.toString(), "no tensor 'conv.scale'");
    }
  }

  @Test
  void shardsAreOneCheckpoint() {
    SafeTensorsFile.pair(dir.resolve("m-1.safetensors"), "x", 1, 2);
    SafeTensorsFile.pair(dir.resolve("m-2.safetensors"), "y", 3, 4);
    try (SafeTensors st = SafeTensors.open(index("m-1.safetensors", "m-2.safetensors"))) {
      assertThat(st.names()).containsExactly("x", "y");
      assertThat(st.get("y").toFloats()).containsExactly(3f, 4f);
    }
  }

  @Test
  void anIndexThatDoesNotFitItsShardsIsRefused() {
    SafeTensorsFile.pair(dir.resolve("m-1.safetensors"), "x", 1, 2);
    SafeTensorsFile.pair(dir.resolve("m-2.safetensors"), "z", 3, 4);
    assertThatThrownBy(() -> SafeTensors.open(index("m-1.safetensors", "m-2.safetensors")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("'y'", "m-2.safetensors", "in no shard");
    assertThatThrownBy(() -> SafeTensors.open(index("m-1.safetensors", "m-3.safetensors")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("m-3.safetensors", "does not exist");
  }

  @Test
  void oneNameInTwoFilesIsRefused() {
    Path a = SafeTensorsFile.pair(dir.resolve("a.safetensors"), "x", 1, 2);
    Path b = SafeTensorsFile.pair(dir.resolve("b.safetensors"), "x", 3, 4);
    assertThatThrownBy(() -> SafeTensors.open(List.of(a, b)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("'x'", a.toString(), b.toString());
  }

  private Path index(String fileOfX, String fileOfY) {
    String json = "{\"weight_map\":{\"x\":\"" + fileOfX + "\",\"y\":\"" + fileOfY + "\"}}";
    return SafeTensorsFile.write(
        dir.resolve("m.safetensors.index.json"),
        json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
