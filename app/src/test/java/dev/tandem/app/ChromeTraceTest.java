package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.orchestrator.timeline.Span;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class ChromeTraceTest {
  private static List<JsonNode> events(ChromeTrace.Run... runs) throws Exception {
    StringWriter out = new StringWriter();
    ChromeTrace.write(out, List.of(runs));
    JsonNode events = new ObjectMapper().readTree(out.toString()).get("traceEvents");
    return StreamSupport.stream(events.spliterator(), false).toList();
  }

  private static Span span(Span.Kind kind, String device, long from, long to) {
    return new Span(kind, "denoise", device, 2, 3, from, to, "softmax a", 1500);
  }

  @Test
  void spansAreOnTheirTracksInMicrosecondsFromTheFirst() throws Exception {
    List<Span> spans =
        List.of(
            span(Span.Kind.RUN, "gpu", 5_000_000, 5_002_000),
            span(Span.Kind.OPERATION, "gpu", 5_000_500, 5_001_000),
            span(Span.Kind.RUN, "cpu", 5_000_000, 5_004_000),
            span(Span.Kind.STAGE, "gpu", 4_999_000, 5_003_000));
    List<JsonNode> events = events(new ChromeTrace.Run("", spans));
    assertThat(events)
        .filteredOn(e -> e.get("ph").asText().equals("X"))
        .extracting(
            e -> e.get("name").asText(),
            e -> e.get("pid").asInt(),
            e -> e.get("tid").asInt(),
            e -> e.get("ts").asDouble(),
            e -> e.get("dur").asDouble())
        .containsExactly(
            tuple("denoise 2", 1, 1, 1.0, 2.0),
            tuple("softmax a", 1, 1, 1.5, 0.5),
            tuple("denoise 2", 1, 2, 1.0, 4.0),
            tuple("denoise 2", 2, 3, 0.0, 4.0));
    assertThat(events)
        .filteredOn(e -> e.get("ph").asText().equals("M"))
        .extracting(e -> e.at("/args/name").asText())
        .containsExactlyInAnyOrder("devices", "gpu", "cpu", "stages", "denoise on gpu");
    assertThat(events.getLast().at("/args/clockErrorMicros").asDouble()).isEqualTo(1.5);
  }

  private static Span lane(Span.Kind kind, int lane, long from, long to) {
    return new Span(kind, "decode", "gpu", 0, 0, lane, from, to, "x", 0);
  }

  @Test
  void whatIsAtWorkBesideEachOtherHasTracksOfItsOwn() throws Exception {
    List<Span> spans =
        List.of(
            lane(Span.Kind.RUN, 0, 0, 9_000),
            lane(Span.Kind.OPERATION, 1, 0, 5_000),
            lane(Span.Kind.OPERATION, 2, 1_000, 6_000),
            lane(Span.Kind.STAGE, 3, 0, 5_000),
            lane(Span.Kind.STAGE, 7, 1_000, 6_000),
            lane(Span.Kind.WAIT, 3, 5_000, 7_000));
    List<JsonNode> events = events(new ChromeTrace.Run("", spans));
    assertThat(events)
        .filteredOn(e -> e.get("name").asText().equals("thread_name"))
        .extracting(e -> e.at("/args/name").asText())
        .containsExactly("gpu", "gpu half 1", "gpu half 2", "decode on gpu", "decode on gpu (2)");
    assertThat(events)
        .filteredOn(e -> e.get("ph").asText().equals("X"))
        .extracting(e -> e.get("tid").asInt())
        .containsExactly(1, 2, 3, 4, 5, 4);
  }

  /** A reader adds them up as floating-point numbers. */
  @Test
  void slicesThatEndAtOneTimeHaveOneEnd() throws Exception {
    long end = 26_973_946_269L;
    List<Span> spans =
        List.of(
            lane(Span.Kind.STAGE, 0, 0, 1),
            lane(Span.Kind.RUN, 0, 3_452_755_718L, end),
            lane(Span.Kind.OPERATION, 0, 26_971_261_164L, end));
    assertThat(events(new ChromeTrace.Run("", spans)))
        .filteredOn(e -> e.path("cat").asText().matches("run|operation"))
        .extracting(e -> e.get("ts").asDouble() + e.get("dur").asDouble())
        .containsOnly(end / 1000.0);
  }

  @Test
  void everyRunHasItsOwnProcesses() throws Exception {
    List<Span> spans = List.of(span(Span.Kind.RUN, "gpu", 0, 1));
    assertThat(events(new ChromeTrace.Run("a", spans), new ChromeTrace.Run("b", spans)))
        .filteredOn(e -> e.get("name").asText().equals("process_name"))
        .extracting(e -> e.get("pid").asInt() + e.at("/args/name").asText())
        .containsExactly("1a: devices", "2a: stages", "3b: devices", "4b: stages");
  }

  @Test
  void noSpansAreAnEmptyTrace() throws Exception {
    assertThat(events(new ChromeTrace.Run("", List.of())))
        .allMatch(e -> e.get("ph").asText().equals("M"));
  }
}
