package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.conformance.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Slices of one track of a trace follow each other or lie within each other: what reads traces
 * leaves out those that do not. PoCL must be installed.
 */
class TraceNestingTest {
  private static final String A = "sim:a,unet=4,vae=9";

  @TempDir Path folder;

  private record Slice(String name, double start, double end) {}

  private Map<String, List<Slice>> tracks(String command) throws IOException {
    Path trace = folder.resolve("t.json");
    Result r = Shell.run("./tandem " + command + " --trace " + trace);
    assertThat(r.exitCode()).as(r.err()).isZero();
    Map<String, String> names = new TreeMap<>();
    Map<String, List<Slice>> tracks = new TreeMap<>();
    for (JsonNode e : new ObjectMapper().readTree(trace.toFile()).get("traceEvents")) {
      String track = e.get("pid").asInt() + "/" + e.get("tid").asInt();
      double start = e.path("ts").asDouble();
      if (e.get("ph").asText().equals("X")) {
        tracks
            .computeIfAbsent(track, t -> new ArrayList<>())
            .add(new Slice(e.get("name").asText(), start, start + e.get("dur").asDouble()));
      } else if (e.get("name").asText().equals("thread_name")) {
        names.put(track, e.get("pid").asInt() + " " + e.at("/args/name").asText());
      }
    }
    Map<String, List<Slice>> named = new TreeMap<>();
    tracks.forEach((track, slices) -> named.put(names.get(track), slices));
    assertThat(named).as("tracks have names of their own").hasSameSizeAs(tracks);
    return named;
  }

  private static void assertNested(Map<String, List<Slice>> tracks) {
    tracks.forEach(
        (track, slices) -> {
          Deque<Slice> open = new ArrayDeque<>();
          List<Slice> sorted = new ArrayList<>(slices);
          sorted.sort(
              Comparator.comparingDouble(Slice::start)
                  .thenComparing(Comparator.comparingDouble(Slice::end).reversed()));
          for (Slice s : sorted) {
            while (!open.isEmpty() && open.peek().end() <= s.start()) {
              open.pop();
            }
            assertThat(open.isEmpty() || s.end() <= open.peek().end())
                .as("on %s, %s lies within %s", track, s, open.peek())
                .isTrue();
            open.push(s);
          }
        });
  }

  private String to(String file) {
    return folder.resolve(file).toString();
  }

  @Test
  void aGuidedStepInHalvesHasATrackForEach() throws Exception {
    Map<String, List<Slice>> tracks =
        tracks("generate apple pear --steps 2 --device opencl:0 --output " + to("{index}.png"));
    assertNested(tracks);
    List<Slice> first = tracks.get("1 opencl:0 half 1");
    List<Slice> second = tracks.get("1 opencl:0 half 2");
    assertThat(first).hasSizeGreaterThan(100);
    assertThat(second).extracting(Slice::name).containsExactlyElementsOf(names(first));
  }

  private static List<String> names(List<Slice> slices) {
    return slices.stream().map(Slice::name).toList();
  }

  @Test
  void everyStrategyNests() throws Exception {
    assertNested(
        tracks(
            "compare --strategies stage,free,guidance,data,steps --count 4 --steps 3 --repeat 1"
                + " --devices 'sim:a,unet=4,vae=9;sim:b,unet=5,vae=7'"));
  }

  /** Two lanes decode on the same device, beside each other, and text is there as well. */
  @Test
  void lanesThatShareADeviceHaveTracksOfTheirOwn() throws Exception {
    Path placement = folder.resolve("placement.json");
    Files.writeString(
        placement,
        """
        {"lanes": [
          {"text": "sim:a,unet=4,vae=9", "decode": "sim:a,unet=4,vae=9",
           "denoise": [{"steps": 2, "device": "sim:a,unet=4,vae=9"},
                       {"device": "sim:a,unet=4,vae=9"}]},
          {"text": "sim:a,unet=4,vae=9", "decode": "sim:a,unet=4,vae=9",
           "denoise": [{"device": "sim:b,unet=5,vae=7"}]}]}
        """);
    Map<String, List<Slice>> tracks =
        tracks(
            "generate apple --count 6 --steps 4 --placement "
                + placement
                + " --output "
                + to("p-{index}.png"));
    assertNested(tracks);
    assertThat(tracks).containsKeys("2 decode on " + A, "2 decode on " + A + " (2)");
  }

  @Test
  void stagesThatMoveToAnotherDeviceNest() throws Exception {
    Map<String, List<Slice>> tracks =
        tracks(
            "generate kite --count 6 --steps 5 --strategy data --devices "
                + "sim:a,unet=4,vae=9,sim:b,unet=5,vae=9,fail=30"
                + " --output "
                + to("f-{index}.png"));
    assertNested(tracks);
    assertThat(tracks).containsKeys("2 denoise on " + A, "2 denoise on " + A + " (2)");
  }
}
