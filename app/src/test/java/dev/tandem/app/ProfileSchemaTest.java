package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.devices.json.JsonFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema and the reader of profiles must agree on what each number may be. */
class ProfileSchemaTest {
  private static final Path PROFILES = Path.of(System.getProperty("tandem.root"), "profiles");
  private static final SchemaCheck SCHEMA = SchemaCheck.of(PROFILES.resolve("profile.schema.json"));

  /** A value of each kind, and every number that there is. */
  private static final String FULL =
      """
      {"$schema": "profile.schema.json", "format": 1, "name": "n", "description": "",
       "machine": {"cpu": "c", "cores": 2, "memoryBytes": 1000, "os": "o"},
       "power": {"source": "mains", "throttled": false},
       "devices": [{"id": "a", "name": "n", "vendor": "v", "platform": "p", "driver": "d",
         "type": "CPU", "computeUnits": 4, "f16": true, "unifiedMemory": true,
         "limits": {"memoryBytes": 1000, "allocationBytes": 500},
         "peak": {"gflops": 10.5, "gigabytesPerSecond": 2},
         "power": {"busyWatts": 9.5, "idleWatts": 2.5},
         "operations": [{"operation": "linear", "gflops": 3, "gigabytesPerSecond": 2.5,
           "launchMicros": 4.5}],
         "stages": [{"model": "m", "modelDigest": "0a1b", "stage": "unet", "width": 128,
           "height": 64, "batch": 2, "precision": "f16", "medianMillis": 5, "madMillis": 0.5, "hostMillis": 0.25, "compileMillis": 7,
           "memoryBytes": 12}]}],
       "host": [{"model": "m", "stage": "output", "width": 128, "height": 64, "batch": 1,
         "medianMillis": 5, "madMillis": 0.5, "hostMillis": 0.25, "compileMillis": 7,
         "memoryBytes": 0}],
       "links": [{"from": "host", "to": "a", "gigabytesPerSecond": 8, "latencyMicros": 1.5}],
       "interference": [{"device": "a", "stage": "unet", "whileBusy": "host",
         "whileStage": "vae", "slowdown": 1.25}],
       "tunables": [{"kernel": "k", "device": "d", "vendor": "v", "type": "CPU",
         "vectorWidth": 8, "shape": "s", "kernelVersion": "kv", "values": {"T": 4}}],
       "sources": {"links": "estimate"}}
      """;

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "\"\"",
          "\" \"",
          "\"5\"",
          "\"NaN\"",
          "\"Infinity\"",
          "[]",
          "{}",
          "0",
          "-0.0",
          "-1",
          "1",
          "3.0",
          "1e3",
          "1.5",
          "0.001",
          "1e-6",
          "9e-7",
          "1e-9",
          "4.9e-324",
          "1e-400",
          "999",
          "1000.5",
          "1000000",
          "1000001",
          "3000000000",
          "1e9",
          "1000000000.5",
          "9007199254740991",
          "9007199254740992",
          "9223372036854775807",
          "9223372036854775808",
          "1e308",
          "-1e308",
          "1e400",
          "-1e400",
          "NaN",
          "Infinity",
          "-Infinity");

  /**
   * Rules between fields, which the schema only describes; and whole numbers beyond a long, which
   * the schema's validator takes for 0.
   */
  private static final Pattern BETWEEN_FIELDS =
      Pattern.compile(
          "which is no device|at least idleWatts|comes from|is the device itself"
              + "|not a whole number, got -?1e(308|400)");

  @TempDir Path folder;

  private static Optional<String> refusal(Path file) {
    try {
      Profiles.load(file);
      return Optional.empty();
    } catch (JsonFileException e) {
      return Optional.of(e.getMessage());
    }
  }

  @Test
  void theyAgreeOnEveryChangeOfOneField() throws Exception {
    List<String> disagreements = new ArrayList<>();
    int refused = 0;
    int taken = 0;
    Path file = folder.resolve("p.json");
    for (String json : FieldChanges.of(new ObjectMapper().readTree(FULL), VALUES)) {
      Files.writeString(file, json);
      List<String> problems = SCHEMA.problems(file, Files.readString(file));
      Optional<String> refusal = refusal(file);
      boolean agreed =
          problems.isEmpty() == refusal.isEmpty()
              || refusal.filter(r -> BETWEEN_FIELDS.matcher(r).find()).isPresent();
      if (!agreed) {
        disagreements.add("schema: " + problems + ", reader: " + refusal);
      }
      refused += problems.isEmpty() ? 0 : 1;
      taken += problems.isEmpty() ? 1 : 0;
    }
    assertThat(disagreements).isEmpty();
    assertThat(refused).isGreaterThan(1500);
    assertThat(taken).isGreaterThan(300);
  }

  @Test
  void theFullExampleIsRight() throws Exception {
    Path file = Files.writeString(folder.resolve("p.json"), FULL);
    assertThat(SCHEMA.problems(file, Files.readString(file))).isEmpty();
    assertThat(refusal(file)).isEmpty();
  }
}
