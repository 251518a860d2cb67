package dev.tandem.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tandem.orchestrator.timeline.Span;
import java.io.IOException;
import java.io.Writer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Spans in the Trace Event Format that chrome://tracing and ui.perfetto.dev read: one process with
 * a track a device (runs, their operations and transfers), one with a track a stage. Each span is
 * written when it comes: a run may have any number of them. For one thread at a time.
 */
final class ChromeTrace {
  private static final double NS_PER_MICRO = 1000;
  private static final int PROCESSES_OF_A_RUN = 2;

  private final JsonGenerator json;
  private final long zeroNs;
  private int runs;

  /** Spans that are known beforehand. */
  record Run(String name, List<Span> spans) {}

  /** A process, which a viewer shows as a group of tracks. */
  private enum Group {
    DEVICES(1),
    STAGES(2);

    private final int number;

    Group(int number) {
      this.number = number;
    }
  }

  /**
   * Where a span is drawn. Slices of one track must nest: what is at work beside each other has
   * tracks of its own.
   *
   * @param name of the track within its process
   * @param lane tells tracks of one name apart
   */
  private record Track(Group group, String name, int lane) {
    /** The only place that says which spans share a track. */
    static Track of(Span s) {
      return switch (s.kind()) {
        case RUN, OPERATION, TRANSFER -> {
          String name = s.lane() == 0 ? s.device() : s.device() + " half " + s.lane();
          yield new Track(Group.DEVICES, name, s.lane());
        }
        case STAGE, STEP, WAIT, BLOCKED ->
            new Track(Group.STAGES, s.stage() + " on " + s.device(), s.lane());
      };
    }
  }

  private ChromeTrace(JsonGenerator json, long zeroNs) {
    this.json = json;
    this.zeroNs = zeroNs;
  }

  /**
   * Begins a trace.
   *
   * @param zeroNs the time from which times count, {@link System#nanoTime}
   */
  static ChromeTrace begin(Writer out, long zeroNs) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.writeStartObject();
    json.writeStringField("displayTimeUnit", "ms");
    json.writeArrayFieldStart("traceEvents");
    return new ChromeTrace(json, zeroNs);
  }

  /** Ends the file's text, so that it is a valid trace. */
  void end() throws IOException {
    json.writeEndArray();
    json.writeEndObject();
    json.close();
  }

  /** Writes a whole trace of spans that are known; times count from the first of all. */
  static void write(Writer out, List<Run> runs) throws IOException {
    long zero =
        runs.stream().flatMap(r -> r.spans.stream()).mapToLong(Span::startNs).min().orElse(0);
    ChromeTrace trace = begin(out, zero);
    for (Run run : runs) {
      Tracks tracks = trace.tracks(run.name);
      for (Span s : run.spans) {
        tracks.add(s);
      }
    }
    trace.end();
  }

  /** Begins the tracks of a run: several runs in one file get a pair of processes each. */
  Tracks tracks(String name) throws IOException {
    String prefix = name.isEmpty() ? "" : name + ": ";
    Tracks tracks = new Tracks(PROCESSES_OF_A_RUN * runs++);
    for (Group g : Group.values()) {
      name("process_name", tracks.id(g), 0, prefix + g.name().toLowerCase(Locale.ROOT));
    }
    return tracks;
  }

  /** The tracks of one run. */
  final class Tracks {
    private final int before;
    private final Map<Track, Integer> numbers = new HashMap<>();
    private final Map<String, Integer> alike = new HashMap<>();

    private Tracks(int before) {
      this.before = before;
    }

    private int id(Group g) {
      return before + g.number;
    }

    /** Writes a span. */
    void add(Span s) throws IOException {
      Track track = Track.of(s);
      int process = id(track.group);
      Integer number = numbers.get(track);
      if (number == null) {
        number = numbers.size() + 1;
        numbers.put(track, number);
        int same = alike.merge(track.group + track.name, 1, Integer::sum);
        String unique = same == 1 ? track.name : track.name + " (" + same + ")";
        name("thread_name", process, number, unique);
      }
      span(s, process, number);
    }
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

  private void span(Span s, int process, int track) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "X");
    json.writeStringField("name", title(s));
    json.writeStringField("cat", s.kind().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("pid", process);
    json.writeNumberField("tid", track);
    // So that ts + dur of slices that end at one time are one number, and they nest.
    double start = (s.startNs() - zeroNs) / NS_PER_MICRO;
    json.writeNumberField("ts", start);
    json.writeNumberField("dur", (s.endNs() - zeroNs) / NS_PER_MICRO - start);
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
