package dev.tandem.app;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.RunReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * A run for programs: one JSON document, whose pictures are written as they are finished, so that a
 * long run needs no memory for them and a reader need not wait. It begins with the first picture
 * and is whole whatever ends the run. For one thread at a time.
 */
final class JsonReport implements AutoCloseable {
  private final PrintWriter out;
  private final JsonGenerator json;
  private boolean begun;

  JsonReport(PrintWriter out) {
    this.out = out;
    try {
      json = new ObjectMapper().createGenerator(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    json.useDefaultPrettyPrinter();
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
  }

  /** A picture's end. */
  void picture(PictureFiles.Result r) {
    try {
      begin();
      json.writeObject(node(r));
      json.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of the run. */
  void end(RunReport report) {
    try {
      begin();
      json.writeEndArray();
      for (Map.Entry<String, JsonNode> e : ReportView.json(report).properties()) {
        json.writeFieldName(e.getKey());
        json.writeTree(e.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      json.writeStartObject();
      json.writeArrayFieldStart("pictures");
    }
  }

  private static ObjectNode node(PictureFiles.Result r) {
    ObjectNode p = new ObjectMapper().createObjectNode();
    Request request = r.request();
    p.put("index", r.index());
    p.put("prompt", request.prompt());
    p.put("negative", request.negative());
    p.put("seed", Seeds.unsigned(request.seed()));
    p.put("steps", request.steps());
    request.init().ifPresent(i -> p.put("strength", i.strength()));
    p.put("guidance", request.guidance());
    p.put("guidanceRescale", request.limits().rescale());
    p.put("dynamicThreshold", request.limits().thresholdRatio());
    p.put("sampler", request.sampler());
    request.eta().ifPresent(eta -> p.put("eta", eta));
    p.put("width", request.width());
    p.put("height", request.height());
    if (r.error().isEmpty()) {
      p.put("file", r.file().toString());
    } else {
      p.put("error", r.error());
    }
    return p;
  }

  /** Ends the document, if it was begun, so that it is valid. */
  @Override
  public void close() {
    try {
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (begun) {
      out.println();
      out.flush();
    }
  }
}
