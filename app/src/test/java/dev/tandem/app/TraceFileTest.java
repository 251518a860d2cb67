package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.devices.files.FileWriteException;
import dev.tandem.orchestrator.timeline.Span;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {
  private static final int SPANS = 20_000;
  private static final Path FULL = Path.of("/dev/full");

  @TempDir Path folder;

  private static Span span(int picture) {
    long now = System.nanoTime();
    return new Span(Span.Kind.RUN, "denoise", "cpu", picture, 0, now, now);
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  @Test
  void spansOfSeveralThreadsAreOneValidTraceThatAppearsAtTheEnd() throws Exception {
    Path path = folder.resolve("t.json");
    List<String> warnings = new ArrayList<>();
    try (TraceFile trace = new TraceFile(path, warnings::add)) {
      CountDownLatch both = new CountDownLatch(2);
      for (int t = 0; t < 2; t++) {
        int first = t * SPANS;
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < SPANS; i++) {
                    trace.add(span(first + i));
                  }
                  both.countDown();
                });
      }
      both.await();
      assertThat(path).doesNotExist();
      assertThat(Files.size(files().getFirst())).as("written as they come").isPositive();
      trace.finish();
    }
    JsonNode events = new ObjectMapper().readTree(path.toFile()).get("traceEvents");
    long spans = events.valueStream().filter(e -> e.get("ph").asText().equals("X")).count();
    assertThat(spans).isEqualTo(2L * SPANS);
    assertThat(events.valueStream().filter(e -> e.has("ts")))
        .allMatch(e -> e.get("ts").asDouble() >= 0);
    assertThat(files()).containsExactly(path);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aTraceThatIsNotFinishedLeavesNothing() throws Exception {
    try (TraceFile trace = new TraceFile(folder.resolve("t.json"), w -> {})) {
      trace.add(span(0));
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aFullDiskIsToldOnceAndThePicturesGoOn() {
    List<String> warnings = new ArrayList<>();
    try (TraceFile trace = new TraceFile(FULL, warnings::add)) {
      for (int i = 0; i < SPANS; i++) {
        trace.add(span(i));
      }
      trace.finish();
      assertThat(trace.failed()).isTrue();
    }
    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst()).contains("--trace", "/dev/full", "no space left");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsRefusedAtOnce() {
    assertThatThrownBy(() -> new TraceFile(Path.of("/proc/no/t.json"), w -> {}))
        .isInstanceOf(FileWriteException.class)
        .hasMessageContaining("/proc/no/t.json");
  }
}
