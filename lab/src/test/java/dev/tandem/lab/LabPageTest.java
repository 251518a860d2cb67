package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.Row;
import dev.tandem.lab.LabReport.Verdict;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class LabPageTest {
  @TempDir Path folder;

  private LabReport report() throws Exception {
    List<Setting> settings = Settings.parse("ddpm-250,ddim-20,dpmpp_2m-10");
    LabPlan plan =
        new LabPlan(
            folder,
            Map.of(),
            settings,
            Setting.of("ddim", 250),
            1,
            7,
            5,
            0.02,
            "cpu",
            Optional.empty());
    Path png = Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});
    Map<Setting, Map<Integer, Path>> pictures = new HashMap<>();
    settings.forEach(s -> pictures.put(s, Map.of(0, png)));
    List<Row> rows =
        List.of(
            row(settings.get(0), 500, 4.0, 0.61, false),
            row(settings.get(1), 40, 0.4, 0.60, true),
            row(settings.get(2), 20, 0.2, 0.55, true));
    Comparison c =
        new Comparison(
            settings.get(1),
            settings.get(0),
            1,
            new Interval(-0.01, -0.015, -0.005),
            Interval.alone(0),
            Interval.alone(0.1),
            new Interval(10, 9, 11),
            Verdict.EQUIVALENT);
    LabPair pair = new LabPair(0, "<apple> & \"pear\"", "apple", 7);
    return new LabReport(plan, List.of(pair), true, 291, rows, List.of(c), pictures);
  }

  private static Row row(Setting s, int evaluations, double seconds, double score, boolean front) {
    return new Row(
        s,
        1,
        evaluations,
        Interval.alone(seconds),
        new Interval(score, score - 0.02, score + 0.02),
        Interval.alone(0.5),
        3.25,
        Optional.empty(),
        front,
        false);
  }

  @Test
  void thePageNeedsNothingElseAndShowsEverything() throws Exception {
    String html = new LabPage(report()).html();
    assertThat(html).doesNotContain("{{").doesNotContain("http://").doesNotContain("https://");
    assertThat(html).doesNotContain("<script").doesNotContain("<link");
    assertThat(html).contains("prefers-color-scheme: dark");
    assertThat(html).contains("&lt;apple&gt; &amp; &quot;pear&quot;").doesNotContain("<apple>");
    assertThat(html).contains("data:image/png;base64,AQID").contains("equivalent");
    assertThat(html).contains("1 paired picture per setting, guidance 5.0");
  }

  @Test
  void aLabThatWasStoppedShowsWhatItHasAndSaysWhatItLacks() throws Exception {
    LabReport whole = report();
    LabPair second = new LabPair(1, "pear", "pear", 8);
    Map<Setting, Map<Integer, Path>> pictures = new HashMap<>(whole.pictures());
    pictures.remove(Setting.of("ddpm", 250));
    List<LabPair> pairs = List.of(whole.pairs().getFirst(), second);
    List<Row> rows = whole.rows().subList(1, 3);
    LabReport part =
        new LabReport(whole.plan(), pairs, false, 291, rows, List.of(), Map.copyOf(pictures));
    String html = new LabPage(part).html();
    assertThat(html)
        .contains("Not complete: up to 2 paired pictures per setting")
        .contains("Not drawn yet: [ddpm-250].")
        .containsPattern(
            "seed 8</span></h3><div>(<figure><figcaption>[^<]*: not drawn"
                + " yet<.figcaption><.figure>){2}<");
    assertThat(new ObjectMapper().readTree(LabFiles.json(part)).path("complete").asBoolean(true))
        .isFalse();
  }

  @Test
  void theCurvesAreWellFormedWithLabelledAxesAndMarkedFronts() throws Exception {
    Matcher m = Pattern.compile("<svg.*?</svg>").matcher(new LabPage(report()).html());
    List<String> curves = m.results().map(r -> r.group()).toList();
    assertThat(curves).hasSize(2);
    for (String svg : curves) {
      Document d =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(svg)));
      assertThat(d.getElementsByTagName("circle").getLength()).isEqualTo(3);
      assertThat(d.getDocumentElement().getTextContent()).contains("seconds per picture");
    }
    assertThat(curves.getFirst()).contains("CLIP score");
    assertThat(curves.getFirst().split("class=\"on\"", -1)).hasSize(3);
    assertThat(curves.getLast()).contains("CMMD").doesNotContain("class=\"on\"");
  }

  @Test
  void fasterIsFurtherLeftAndBetterFurtherUp() throws Exception {
    String svg = new CurveSvg(report().rows(), "score", Row::score, Row::scoreFront).svg();
    Matcher m =
        Pattern.compile("cx=\"([\\d.]+)\" cy=\"([\\d.]+)\" r=\"5\"><title>(\\S+):").matcher(svg);
    Map<String, double[]> at = new HashMap<>();
    while (m.find()) {
      at.put(
          m.group(3),
          new double[] {Double.parseDouble(m.group(1)), Double.parseDouble(m.group(2))});
    }
    assertThat(at.get("dpmpp_2m-10")[0]).isLessThan(at.get("ddim-20")[0]);
    assertThat(at.get("ddim-20")[0]).isLessThan(at.get("ddpm-250")[0]);
    assertThat(at.get("ddpm-250")[1]).isLessThan(at.get("dpmpp_2m-10")[1]);
  }

  @Test
  void csvAndJsonHoldTheSameFigures() throws Exception {
    LabReport report = report();
    List<String> csv = LabFiles.csv(report).lines().toList();
    var json = new ObjectMapper().readTree(LabFiles.json(report));
    assertThat(csv).hasSize(4);
    int columns = csv.getFirst().split(",", -1).length;
    assertThat(csv).allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(columns));
    assertThat(csv.get(2)).startsWith("ddim-20,1,40,0.400000,,,0.600000,0.580000,0.620000");
    assertThat(json.at("/settings/1/setting").asText()).isEqualTo("ddim-20");
    assertThat(json.at("/settings/1/clipScore/low").asDouble()).isEqualTo(0.58);
    assertThat(json.at("/comparisons/0/verdict").asText()).isEqualTo("equivalent");
  }
}
