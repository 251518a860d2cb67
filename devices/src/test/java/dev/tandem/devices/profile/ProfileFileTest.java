package dev.tandem.devices.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.json.FieldException;
import dev.tandem.devices.json.JsonFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileFileTest {
  private static final String EXAMPLE =
      """
      {
        "format": 1,
        "name": "example",
        "description": "",
        "machine": {"cpu": "c", "cores": 2, "memoryBytes": 1000, "os": "o"},
        "power": {"source": "battery", "throttled": false},
        "devices": [
          {
            "id": "d0",
            "name": "n",
            "type": "CPU",
            "computeUnits": 1,
            "f16": false,
            "unifiedMemory": true,
            "limits": {"memoryBytes": 10, "allocationBytes": 5},
            "peak": {"gflops": 1.5, "gigabytesPerSecond": 2},
            "stages": [
              {"model": "m", "modelDigest": "d1", "stage": "vae", "width": 8, "height": 8, "batch": 1,
               "precision": "f16", "medianMillis": 2.5,
               "madMillis": 0.1, "hostMillis": 0, "compileMillis": 3, "memoryBytes": 9}
            ]
          }
        ],
        "links": [
          {"from": "host", "to": "d0", "gigabytesPerSecond": 5, "latencyMicros": 1}
        ],
        "tunables": [{"kernel": "k", "values": {"A": 1}}]
      }
      """;

  @TempDir Path folder;

  private Path file(String text) throws Exception {
    return Files.writeString(folder.resolve("p.json"), text);
  }

  @Test
  void whatIsWrittenIsReadBack() throws Exception {
    Profile p = ProfileFile.load(file(EXAMPLE));
    assertThat(p.power().source()).isEqualTo(PowerState.Source.BATTERY);
    assertThat(p.devices().getFirst().vendor()).isEmpty();
    StageCost vae = p.devices().getFirst().stages().getFirst();
    assertThat(vae.medianMillis()).isEqualTo(2.5);
    assertThat(vae.key())
        .isEqualTo(
            new StageCost.Key(
                "m", Optional.of("d1"), "vae", 8, 8, 1, CompileOptions.Precision.F16));
    Path copy = folder.resolve("new/folder/copy.json");
    ProfileFile.save(copy, p);
    assertThat(ProfileFile.load(copy)).isEqualTo(p);
    try (Stream<Path> files = Files.list(copy.getParent())) {
      assertThat(files).containsExactly(copy);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"format\": 1'        | '\"format\": 2'            | 2  | format: must be 1, got 2",
        "'\"cores\": 2'         | '\"cores\": 2.5'           | 5  | machine.cores: is not a whole"
            + " number, got 2.5",
        "'\"cores\": 2'         | '\"cores\": \"2\"'         | 5  | machine.cores: is not a whole"
            + " number, got 2",
        "'\"cores\": 2, '       | ''                         | 5  | machine.cores: is missing",
        "'\"battery\"'          | '\"sun\"'                  | 6  | power.source: is not one of",
        "'\"computeUnits\": 1'  | '\"computeUnits\": 0'      | 12 | devices[0].computeUnits: must"
            + " be 1 to 1000000, got 0",
        "'\"f16\": false'       | '\"f16\": 1'               | 13 | devices[0].f16: is not a truth"
            + " value",
        "'\"name\": \"n\"'      | '\"name\": \"n\", \"speed\": 1' | 10 | devices[0].speed: unknown"
            + " field",
        "'\"gflops\": 1.5'      | '\"gflops\": -3'           | 16 | devices[0].peak.gflops: must be"
            + " 0.000001 to 1000000000, got -3.0",
        "'\"gflops\": 1.5'      | '\"gflops\": null'         | 16 | devices[0].peak.gflops: is null:"
            + " leave it out",
        "'\"madMillis\": 0.1'   | '\"madMillis\": -1'        | 20 | devices[0].stages[0].madMillis:"
            + " must be 0 to 1000000000",
        "'\"f16\", \"med'     | '\"f8\", \"med'          | 19 | devices[0].stages[0].precision:"
            + " is not one of",
        "'\"d1\"'             | '\" \"'                  | 18 | devices[0].stages[0].modelDigest:"
            + " must not be empty",
        "'\"vae\"'            | '\"\"'                   | 18 | devices[0].stages[0].stage: must"
            + " not be empty",
        "'\"to\": \"d0\"'       | '\"to\": \"d1\"'           | 25 | links[0].to: names 'd1'",
        "'{\"A\": 1}'           | '{}'                       | 27 | tunables[0].values: must not be"
            + " empty",
        "'\"name\": \"example\",' | '\"name\": \"example\"'  | 4  | Unexpected character",
        "'\"name\": \"example\",' | '\"name\": \"a\", \"name\": \"b\",' | 3  | Duplicate field"
            + " 'name'"
      })
  void errorsNameLineAndField(String right, String wrong, int line, String message)
      throws Exception {
    Path f = file(EXAMPLE.replace(right, wrong));
    assertThatThrownBy(() -> ProfileFile.load(f))
        .isInstanceOf(JsonFileException.class)
        .hasMessageContaining("p.json:" + line + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void whatItsUserRefusesIsNamedLikewise() throws Exception {
    Path f = file(EXAMPLE);
    assertThatThrownBy(
            () ->
                ProfileFile.load(
                    f,
                    p -> {
                      throw new FieldException("devices[0].stages[0].madMillis", "is not nice");
                    }))
        .isInstanceOf(JsonFileException.class)
        .hasMessageContaining("p.json:20: devices[0].stages[0].madMillis: is not nice");
  }

  private static StageCost cost(Optional<String> digest, Optional<CompileOptions.Precision> p) {
    return new StageCost("m", digest, "vae", 8, 8, 1, p, 1, 0, 0, 0, 0);
  }

  @Test
  void aCostWithoutADigestIsOfEveryModelOfItsName() {
    Optional<CompileOptions.Precision> f32 = Optional.empty();
    StageCost any = cost(Optional.empty(), f32);
    StageCost a = cost(Optional.of("a"), f32);
    StageCost b = cost(Optional.of("b"), f32);
    assertThat(any.key().fits(a.key()) && a.key().fits(any.key())).isTrue();
    assertThat(a.key().fits(b.key())).isFalse();
    assertThat(a.key().fits(a.key())).isTrue();
  }

  @Test
  void singlePrecisionIsWhatIsMeantWhereNoneIsNamed() {
    Optional<String> digest = Optional.empty();
    StageCost f32 = cost(digest, Optional.of(CompileOptions.Precision.F32));
    assertThat(f32).isEqualTo(cost(digest, Optional.empty()));
    assertThat(f32.key().fits(cost(digest, Optional.of(CompileOptions.Precision.F16)).key()))
        .isFalse();
  }

  @Test
  void aMissingFileIsSaidToBeMissing() {
    assertThatThrownBy(() -> ProfileFile.load(folder.resolve("none.json")))
        .hasMessageContaining("there is no such file");
  }

  @Test
  void whoeverWritesKeepsWhatOthersWrote() throws Exception {
    Path f = folder.resolve("config/profile.json");
    Profile start = Profile.of("m", new Machine("c", 1, 1, "o"));
    List<Thread> threads =
        IntStream.range(0, 8)
            .mapToObj(i -> Thread.ofPlatform().start(() -> add(f, start, "k" + i)))
            .toList();
    for (Thread t : threads) {
      t.join();
    }
    assertThat(ProfileFile.load(f).tunables()).extracting(TunableEntry::kernel).hasSize(8);
  }

  private static void add(Path f, Profile start, String kernel) {
    Optional<String> any = Optional.empty();
    TunableEntry e =
        new TunableEntry(kernel, any, any, any, Optional.empty(), any, any, Map.of("A", 1));
    ProfileFile.update(
        f,
        () -> start,
        p -> {
          List<TunableEntry> all = new ArrayList<>(p.tunables());
          all.add(e);
          return p.withTunables(all);
        });
  }

  @Test
  void aChangeThatFailsLeavesTheFile() throws Exception {
    Path f = file(EXAMPLE);
    assertThatThrownBy(
            () ->
                ProfileFile.update(
                    f,
                    () -> Profile.of("m", new Machine("c", 1, 1, "o")),
                    p -> {
                      throw new IllegalStateException("stop");
                    }))
        .hasMessage("stop");
    assertThat(Files.readString(f)).isEqualTo(EXAMPLE);
  }

  @Test
  void aByteOrderMarkIsNoPartOfIt() throws Exception {
    Profile plain = ProfileFile.load(file(EXAMPLE));
    assertThat(ProfileFile.load(file("\uFEFF" + EXAMPLE))).isEqualTo(plain);
  }

  @Test
  void aDeviceIsWrittenWithoutALock() {
    Profile fresh = Profile.of("m", new Machine("c", 1, 1, "o"));
    assertThat(ProfileFile.update(Path.of("/dev/null"), () -> fresh, p -> p)).isEqualTo(fresh);
    assertThat(Path.of("/dev/null.lock")).doesNotExist();
  }

  @Test
  void theUsualPlaceFollowsTheEnvironment() {
    Path home = Path.of("/home/u");
    assertThat(ProfileFile.ofThisMachine(Map.of(), home))
        .isEqualTo(Path.of("/home/u/.config/tandem/profile.json"));
    assertThat(ProfileFile.ofThisMachine(Map.of("XDG_CONFIG_HOME", "/x"), home))
        .isEqualTo(Path.of("/x/tandem/profile.json"));
    assertThat(ProfileFile.ofThisMachine(Map.of("XDG_CONFIG_HOME", "relative"), home))
        .isEqualTo(Path.of("/home/u/.config/tandem/profile.json"));
    assertThat(ProfileFile.ofThisMachine(Map.of("TANDEM_PROFILE", "/p.json"), home))
        .isEqualTo(Path.of("/p.json"));
  }
}
