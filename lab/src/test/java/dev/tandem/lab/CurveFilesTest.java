package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/** Studies that tell by curves. */
class CurveFilesTest {
  private static final Curves CURVES =
      new Curves(
          "Time against <memory>",
          "Measured on cpu.",
          List.of(
              new Curves.Chart(
                  Axis.linear("peak, GB"),
                  Axis.log("seconds per step"),
                  List.of(
                      new Curves.Line(
                          "recompute",
                          List.of(
                              new Curves.Point(4, Interval.alone(1), "none"),
                              new Curves.Point(2, new Interval(30, 20, 40), "all"))),
                      new Curves.Line(
                          "offload", List.of(new Curves.Point(3, Interval.alone(5), "")))))),
          List.of("way", "GB", "s"),
          List.of(List.of("none", "4", "1"), List.of("all, \"twice\"", "2", "30")),
          "Peaks are by the operating system.");

  @TempDir Path folder;

  @Test
  void thePageAndTheFilesHoldTheSame() throws Exception {
    List<Path> files = CurveFiles.write(CURVES, "memory", folder);
    assertThat(files)
        .extracting(f -> f.getFileName().toString())
        .containsExactly("lab-memory-results.json", "lab-memory-results.csv", "lab-memory.html");
    String html = Files.readString(files.get(2));
    assertThat(html).doesNotContain("{{").doesNotContain("<script").doesNotContain("<memory>");
    assertThat(html).contains("Time against &lt;memory&gt;", "recompute", "offload", "by the op");
    assertThat(Files.readString(files.get(1)))
        .isEqualTo("way,GB,s\nnone,4,1\n\"all, \"\"twice\"\"\",2,30\n");
    var json = new ObjectMapper().readTree(files.get(0).toFile());
    assertThat(json.at("/charts/0/lines/0/points/1/low").asDouble()).isEqualTo(20);
    assertThat(json.at("/rows/1/GB").asText()).isEqualTo("2");
  }

  @Test
  void pointsLieWhereTheirAxesSay() throws Exception {
    String html = CurveFiles.html(CURVES);
    String svg = html.substring(html.indexOf("<svg"), html.indexOf("</svg>") + 6);
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(document.getDocumentElement().getTextContent())
        .contains("peak, GB")
        .doesNotContain("peak, GB (log")
        .contains("seconds per step (log scale)");
    Matcher m = Pattern.compile("cx=\"([\\d.]+)\" cy=\"([\\d.]+)\"").matcher(svg);
    double[][] at = new double[3][];
    for (int i = 0; m.find(); i++) {
      at[i] = new double[] {Double.parseDouble(m.group(1)), Double.parseDouble(m.group(2))};
    }
    // x 4, 2, 3: equal steps; y 1, 30, 5: up is more
    assertThat(at[0][0] - at[2][0]).isCloseTo(at[2][0] - at[1][0], within(0.2));
    assertThat(at[1][1]).isLessThan(at[2][1]);
    assertThat(at[2][1]).isLessThan(at[0][1]);
    double decades = (at[0][1] - at[2][1]) / (at[0][1] - at[1][1]);
    assertThat(decades).isCloseTo(Math.log(5) / Math.log(30), within(0.01));
  }

  @Test
  void rowsThatDoNotFitTheirHeaderAreRefused() {
    assertThatThrownBy(
            () -> new Curves("", "", List.of(), List.of("a"), List.of(List.of("1", "2")), ""))
        .hasMessageContaining("2 cells under a header of 1");
  }
}
