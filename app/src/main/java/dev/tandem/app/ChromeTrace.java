package dev.tandem.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tandem.orchestrator.timeline.Span;
import java.io.IOException;
import java.io.Writer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Spans in the Trace Event Format that chrome://tracing and ui.perfetto.dev read: one process with
 * a track a device (runs, their operations and transfers), one with a track a stage.
 */
final class ChromeTrace {
  private static final double NS_PER_MICRO = 1000;

  /** The tracks of one run: several runs in one file get a pair of processes each. */
  record Run(String name, List<Span> spans) {}

  private final JsonGenerator json;
  private int processes;

  private ChromeTrace(JsonGenerator json) {
    this.json = json;
  }

  /** Writes the file's text; times count from the first span of all. */
  static void write(Writer out, List<Run> runs) throws IOException {
    long zero =
        runs.stream().flatMap(r -> r.spans.stream()).mapToLong(Span::startNs).min().orElse(0);
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.writeStartObject();
      json.writeStringField("displayTimeUnit", "ms");
      json.writeArrayFieldStart("traceEvents");
      ChromeTrace trace = new ChromeTrace(json);
      for (Run run : runs) {
        String prefix = run.name.isEmpty() ? "" : run.name + ": ";
        trace.process(prefix + "devices", run.spans.stream().filter(ChromeTrace::ofDevice), zero);
        trace.process(prefix + "stages", run.spans.stream().filter(s -> !ofDevice(s)), zero);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }

  private static boolean ofDevice(Span s) {
    return switch (s.kind()) {
      case RUN, OPERATION, TRANSFER -> true;
      case STAGE, STEP, WAIT, BLOCKED -> false;
    };
  }

  private void process(String name, java.util.stream.Stream<Span> spans, long zero)
      throws IOException {
    int process = ++processes;
    name("process_name", process, 0, name);
    Map<String, Integer> tracks = new LinkedHashMap<>();
    Map<String, Integer> titles = new HashMap<>();
    for (Span s : (Iterable<Span>) spans::iterator) {
      String title = track(s);
      String track = title + '\n' + s.lane();
      if (!tracks.containsKey(track)) {
        tracks.put(track, tracks.size() + 1);
        int alike = titles.merge(title, 1, Integer::sum);
        String unique = alike == 1 ? title : title + " (" + alike + ")";
        name("thread_name", process, tracks.get(track), unique);
      }
      span(s, process, tracks.get(track), zero);
    }
  }

  /** Slices of one track must nest: what is at work beside each other has tracks of its own. */
  private static String track(Span s) {
    if (!ofDevice(s)) {
      return s.stage() + " on " + s.device();
    }
    return s.lane() == 0 ? s.device() : s.device() + " half " + s.lane();
  }

  private void name(String what, int process, int track, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "M");
    json.writeStringField("name", what);
    json.writeNumberField("pid", process);
    json.writeNumberField("tid", track);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void span(Span s, int process, int track, long zero) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "X");
    json.writeStringField("name", title(s));
    json.writeStringField("cat", s.kind().name().toLowerCase(java.util.Locale.ROOT));
    json.writeNumberField("pid", process);
    json.writeNumberField("tid", track);
    // So that ts + dur of slices that end at one time are one number, and they nest.
    double start = (s.startNs() - zero) / NS_PER_MICRO;
    json.writeNumberField("ts", start);
    json.writeNumberField("dur", (s.endNs() - zero) / NS_PER_MICRO - start);
    json.writeObjectFieldStart("args");
    json.writeStringField("stage", s.stage());
    json.writeStringField("device", s.device());
    if (s.picture() >= 0) {
      json.writeNumberField("picture", s.picture());
    }
    if (s.step() >= 0) {
      json.writeNumberField("step", s.step());
    }
    if (s.errorNs() > 0) {
      json.writeNumberField("clockErrorMicros", s.errorNs() / NS_PER_MICRO);
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static String title(Span s) {
    return switch (s.kind()) {
      case STAGE, RUN -> s.stage() + " " + s.picture();
      case STEP -> "step " + s.step();
      case OPERATION, TRANSFER -> s.detail();
      case WAIT -> "wait for input";
      case BLOCKED -> "held up by the next stage";
    };
  }
}
