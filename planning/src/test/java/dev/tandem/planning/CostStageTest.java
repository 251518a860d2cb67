package dev.tandem.planning;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.json.JsonFileException;
import dev.tandem.devices.profile.ProfileFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostStageTest {
  private static final String EXAMPLE =
      """
      {"format": 1, "name": "n", "description": "",
       "machine": {"cpu": "c", "cores": 1, "memoryBytes": 1, "os": "o"},
       "power": {"source": "mains", "throttled": false},
       "devices": [{"id": "a", "name": "n", "type": "CPU", "computeUnits": 1, "f16": false,
         "unifiedMemory": true, "limits": {"memoryBytes": 1, "allocationBytes": 1},
         "peak": {"gflops": 1, "gigabytesPerSecond": 1},
         "stages": [
           {"model": "m", "stage": "unet", "width": 1, "height": 1, "batch": 2,
            "medianMillis": 5, "madMillis": 0, "hostMillis": 0, "compileMillis": 0,
            "memoryBytes": 0}]}],
       "interference": [
         {"device": "a", "stage": "vae",
          "whileBusy": "host", "whileStage": "output", "slowdown": 1.25}]}
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "unet, 8, devices[0].stages[0].stage",
    "vae, 12, interference[0].stage",
    "output, 13, interference[0].whileStage"
  })
  void aStageThatDoesNotExistIsNamedWithItsLine(String stage, int line, String field)
      throws Exception {
    Path file = folder.resolve("p.json");
    Files.writeString(file, EXAMPLE);
    ProfileFile.load(file, CostStage::require);
    Files.writeString(file, EXAMPLE.replace('"' + stage + '"', "\"uent\""));
    assertThatThrownBy(() -> ProfileFile.load(file, CostStage::require))
        .isInstanceOf(JsonFileException.class)
        .hasMessageContaining("p.json:" + line + ": " + field + ": is not one of [text, unet,")
        .hasMessageContaining("got 'uent'");
  }
}
