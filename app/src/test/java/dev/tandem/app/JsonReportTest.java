package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.orchestrator.measure.RunMetrics;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.Evaluations;
import dev.tandem.orchestrator.result.RunReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonReportTest {
  private final StringWriter text = new StringWriter();

  private static PictureFiles.Result result(int index, String error) {
    Request r = Request.of("a \"quoted\" prompt").withSeed(-1 - index);
    return new PictureFiles.Result(index, r, Path.of(index + ".png"), error);
  }

  private static RunReport report(int failed, int cancelled, Optional<Throwable> brokenBy) {
    return new RunReport(
        List.of(),
        RunMetrics.of(List.of(), 1_000_000_000, 1),
        failed,
        cancelled,
        new Evaluations(7, 13),
        new RunReport.Incidents(List.of(), 300),
        brokenBy);
  }

  private JsonNode json() throws Exception {
    return new ObjectMapper().readTree(text.toString());
  }

  @Test
  void picturesAreWrittenAsTheyComeAndTheWholeIsOneDocument() throws Exception {
    try (JsonReport json = new JsonReport(new PrintWriter(text))) {
      json.picture(result(0, ""));
      assertThat(text.toString()).contains("0.png");
      json.picture(result(1, "cancelled"));
      json.end(report(0, 5, Optional.empty()));
    }
    assertThat(json().at("/pictures")).hasSize(2);
    assertThat(json().at("/pictures/0/file").asText()).isEqualTo("0.png");
    assertThat(json().at("/pictures/1/error").asText()).isEqualTo("cancelled");
    assertThat(json().get("failed").asInt()).isZero();
    assertThat(json().get("cancelled").asInt()).isEqualTo(5);
    assertThat(json().get("incidentCount").asInt()).isEqualTo(300);
    assertThat(json().at("/evaluations/full").asInt()).isEqualTo(7);
    assertThat(json().at("/evaluations/shallow").asInt()).isEqualTo(13);
    assertThat(json().has("error")).isFalse();
  }

  @Test
  void seedsAreUnsignedNumbers() throws Exception {
    try (JsonReport json = new JsonReport(new PrintWriter(text))) {
      json.picture(result(0, ""));
      json.end(report(0, 0, Optional.empty()));
    }
    assertThat(json().at("/pictures/0/seed").isIntegralNumber()).isTrue();
    assertThat(json().at("/pictures/0/seed").asText()).isEqualTo("18446744073709551615");
  }

  @Test
  void aRunThatBrokeOffIsAValidDocumentToo() throws Exception {
    try (JsonReport json = new JsonReport(new PrintWriter(text))) {
      json.picture(result(0, ""));
    }
    assertThat(json().at("/pictures")).hasSize(1);
    text.getBuffer().setLength(0);
    try (JsonReport json = new JsonReport(new PrintWriter(text))) {
      json.end(report(1, 2, Optional.of(new OutOfMemoryError("Java heap space"))));
    }
    assertThat(json().at("/pictures")).isEmpty();
    assertThat(json().get("error").asText()).contains("Java heap space");
  }

  @Test
  void nothingIsWrittenOfARunThatDidNotBegin() {
    new JsonReport(new PrintWriter(text)).close();
    assertThat(text.toString()).isEmpty();
  }

  @Test
  void theTableCountsCancelledPicturesApart() {
    PrintWriter out = new PrintWriter(text);
    ReportView.table(out, report(2, 497, Optional.empty()));
    out.flush();
    assertThat(text.toString())
        .contains("1 picture in 1.00 s", ", 2 failed, 497 cancelled")
        .contains("and 300 more incidents");
  }
}
