package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.stages.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole pictures of a folder that has a low-rank difference and takes the rest from its base. */
class StudentTest {
  private static final Request REQUEST = Request.of("a").withSteps(2).withSize(32, 32);

  /** A convolution from 4 channels to 32, and a difference of rank 1. */
  private static final String HEADER =
      """
      {"base_model.model.conv_in.lora_A.weight":
        {"dtype": "F32", "shape": [1, 4, 3, 3], "data_offsets": [0, 144]},
       "base_model.model.conv_in.lora_B.weight":
        {"dtype": "F32", "shape": [32, 1, 1, 1], "data_offsets": [144, 272]}}""";

  @TempDir Path models;

  @BeforeEach
  void writeBase() throws IOException {
    TinyModel.write(models.resolve("base"));
  }

  @Test
  void aDifferenceOfNothingDrawsTheBasesPicture() throws IOException {
    assertThat(picture(student(0))).isEqualTo(picture(models.resolve("base")));
  }

  @Test
  void aDifferenceDrawsAnotherOne() throws IOException {
    assertThat(picture(student(0.5f))).isNotEqualTo(picture(models.resolve("base")));
  }

  @Test
  void anAdapterThatDoesNotFitIsRefusedBeforeTheRun() throws IOException {
    Path student = student(0);
    Path config = student.resolve("unet/adapter_config.json");
    Files.writeString(config, Files.readString(config).replace("\"r\": 1", "\"r\": 2"));
    assertThatThrownBy(() -> Tandem.open(student, Placement.on("cpu")).close())
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("conv_in.lora_A.weight", "[1, 4, 3, 3]", "rank 2");
  }

  @Test
  @Timeout(60)
  void weightsThatAreDamagedAfterTheStartEndTheRun() throws IOException {
    Path student = student(0);
    try (Tandem tandem = Tandem.open(student, Placement.on("cpu"))) {
      Files.delete(student.resolve("unet/adapter_model.safetensors"));
      assertThatThrownBy(() -> tandem.generate(REQUEST))
          .hasMessageContaining("adapter_model.safetensors");
    }
  }

  private static byte[] picture(Path model) {
    try (Tandem tandem = Tandem.open(model, Placement.on("cpu"))) {
      return tandem.generate(REQUEST).rgb();
    }
  }

  private Path student(float value) throws IOException {
    Path base = models.resolve("base");
    Path student = models.resolve("student");
    Path unet = Files.createDirectories(student.resolve("unet"));
    Files.createDirectories(student.resolve("scheduler"));
    for (String same : new String[] {"unet/config.json", "scheduler/scheduler_config.json"}) {
      Files.copy(base.resolve(same), student.resolve(same));
    }
    String index = Files.readString(base.resolve("model_index.json"));
    Files.writeString(
        student.resolve("model_index.json"), index.replaceFirst("\\{", "{\"_base\": \"../base\","));
    Files.writeString(
        unet.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 1, "lora_alpha": 1,
         "base_model_name_or_path": "../../base/unet"}""");
    byte[] header = HEADER.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + header.length + 272).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    while (file.hasRemaining()) {
      file.putFloat(value);
    }
    Files.write(unet.resolve("adapter_model.safetensors"), file.array());
    return student;
  }
}
