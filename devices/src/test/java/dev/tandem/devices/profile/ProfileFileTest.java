package dev.tandem.devices.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
              {"model": "m", "stage": "vae", "width": 8, "height": 8, "batch": 1, "medianMillis": 2.5,
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
    assertThat(
            p.device("d0")
                .orElseThrow()
                .stage(new StageCost.Key("m", StageCost.Stage.VAE, 8, 8, 1))
                .orElseThrow()
                .medianMillis())
        .isEqualTo(2.5);
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
        "'\"madMillis\": 0.1'   | '\"madMillis\": -1'        | 19 | devices[0].stages[0].madMillis:"
            + " must be 0 to 1000000000",
        "'\"to\": \"d0\"'       | '\"to\": \"d1\"'           | 24 | links[0].to: names 'd1'",
        "'{\"A\": 1}'           | '{}'                       | 26 | tunables[0].values: must not be"
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
