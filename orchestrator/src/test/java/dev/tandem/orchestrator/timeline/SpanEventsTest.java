package dev.tandem.orchestrator.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SpanEventsTest {
  @TempDir Path folder;

  private List<RecordedEvent> record(Span span, String... enabled) throws Exception {
    Path file = folder.resolve("spans.jfr");
    try (Recording recording = new Recording()) {
      for (String name : enabled) {
        recording.enable(name);
      }
      recording.start();
      new Timeline().add(span);
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(e -> e.getEventType().getName().startsWith("dev.tandem."))
        .toList();
  }

  private static Span span(Span.Kind kind) {
    return new Span(kind, "denoise", "opencl:0.1", 3, 4, 1_000, 6_000, "what", 12);
  }

  @ParameterizedTest
  @EnumSource(Span.Kind.class)
  void everyKindIsAnEventOfItsOwnWithAllThatTheSpanSays(Span.Kind kind) throws Exception {
    String name =
        "dev.tandem."
            + kind.name().charAt(0)
            + kind.name().substring(1).toLowerCase(java.util.Locale.ROOT);
    List<RecordedEvent> events = record(span(kind), name);
    assertThat(events).hasSize(1);
    RecordedEvent e = events.getFirst();
    assertThat(e.getEventType().getName()).isEqualTo(name);
    assertThat(e.getString("stage")).isEqualTo("denoise");
    assertThat(e.getString("device")).isEqualTo("opencl:0.1");
    assertThat(e.getInt("picture")).isEqualTo(3);
    assertThat(e.getInt("step")).isEqualTo(4);
    assertThat(e.getDuration("spanDuration").toNanos()).isEqualTo(5_000);
    assertThat(e.getDuration("clockError").toNanos()).isEqualTo(12);
    assertThat(e.getString("detail")).isEqualTo("what");
  }

  @Test
  void operationsAreRecordedOnlyWhereAskedFor() throws Exception {
    assertThat(record(span(Span.Kind.OPERATION))).isEmpty();
    assertThat(record(span(Span.Kind.RUN))).hasSize(1);
  }
}
