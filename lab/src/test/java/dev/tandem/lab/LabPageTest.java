package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.FormComparison;
import dev.tandem.lab.LabReport.Row;
import dev.tandem.lab.LabReport.SameTime;
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
            LabModels.of(folder),
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
    return new LabReport(
        plan, List.of(pair), true, 291, rows, List.of(c), List.of(), List.of(), pictures);
  }

  private static Row row(Setting s, int evaluations, double seconds, double score, boolean front) {
    return new Row(
        s,
        1,
        evaluations,
        1e9 * evaluations,
        Interval.alone(seconds),
        Optional.empty(),
        Optional.of(Interval.alone(seconds / evaluations)),
        new Interval(score, score - 0.02, score + 0.02),
        Interval.alone(0.5),
        3.25,
        Optional.empty(),
        front,
        false);
  }

  @Test
  void thePageNeedsNothingElseAndShowsEverything() throws Exception {
    String html = new LabPage(report(), "solvers").html();
    assertThat(html).doesNotContain("{{").doesNotContain("http://").doesNotContain("https://");
    assertThat(html).doesNotContain(" src=\"l").doesNotContain("<link");
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
        new LabReport(
            whole.plan(),
            pairs,
            false,
            291,
            rows,
            List.of(),
            List.of(),
            List.of(),
            Map.copyOf(pictures));
    String html = new LabPage(part, "solvers").html();
    assertThat(html)
        .contains("Not complete: up to 2 paired pictures per setting")
        .contains("Not drawn yet: [ddpm-250].")
        .containsPattern(
            "seed 8</span></h3><div>(<figure [^>]*><figcaption>[^<]*: not drawn"
                + " yet<.figcaption><.figure>){2}<");
    assertThat(new ObjectMapper().readTree(LabFiles.json(part)).path("complete").asBoolean(true))
        .isFalse();
  }

  @Test
  void theCurvesAreWellFormedWithLabelledAxesAndMarkedFronts() throws Exception {
    Matcher m = Pattern.compile("<svg.*?</svg>").matcher(new LabPage(report(), "solvers").html());
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
    String svg =
        new CurveSvg(
                LabRows.dots(report(), Row::score, Row::scoreFront),
                Axis.log("seconds"),
                Axis.linear("score"))
            .svg();
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
    assertThat(csv.get(2))
        .startsWith("ddim-20,1,40,4.00000e+10,0.400000,,,,0.0100000,0.600000,0.580000,0.620000");
    assertThat(json.at("/settings/1/setting").asText()).isEqualTo("ddim-20");
    assertThat(json.at("/settings/1/clipScore/low").asDouble()).isEqualTo(0.58);
    assertThat(json.at("/comparisons/0/verdict").asText()).isEqualTo("equivalent");
  }

  private LabReport ofForms() throws Exception {
    List<Setting> settings =
        Settings.parse("dpmpp_2m-20,dpmpp_2m-10,dpmpp_2m-20+w8,dpmpp_2m-20+deep:3,small/ddim-20");
    LabModels models = new LabModels(folder, Map.of(), Map.of("small", folder), Map.of());
    LabPlan plan =
        new LabPlan(models, settings, settings.get(0), 1, 7, 5, 0.02, "cpu", Optional.empty());
    Path png = Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});
    Map<Setting, Map<Integer, Path>> pictures = new HashMap<>();
    settings.forEach(s -> pictures.put(s, Map.of(0, png)));
    List<Row> rows =
        settings.stream().map(s -> row(s, 40, 1.0 / s.id().length(), 0.5, false)).toList();
    Comparison c =
        new Comparison(
            settings.get(2),
            settings.get(0),
            9,
            new Interval(-0.001, -0.002, 0),
            Interval.alone(0),
            Interval.alone(0.1),
            new Interval(1.4, 1.3, 1.5),
            Verdict.EQUIVALENT);
    NoiseFloor floor = new NoiseFloor(settings.get(0), 9, new Interval(0.001, -0.003, 0.005));
    SameTime s =
        new SameTime(
            settings.get(3),
            settings.get(1),
            settings.get(0),
            9,
            Interval.alone(1.05),
            new Interval(2, 1, 3),
            Interval.alone(0.01));
    LabPair pair = new LabPair(0, "apple", "apple", 7);
    return new LabReport(
        plan,
        List.of(pair),
        true,
        291,
        rows,
        List.of(),
        List.of(new FormComparison(c, 1.6, Optional.of(floor))),
        List.of(s),
        pictures);
  }

  @Test
  void formsHaveTheirTablesAndColours() throws Exception {
    String html = new LabPage(ofForms(), "forms").html();
    assertThat(html).doesNotContain("{{");
    assertThat(html).contains("Cheaper forms against", "Step caches against fewer steps");
    assertThat(html).contains("0.0040</td>", "inside</td>", "1.60</td>");
    assertThat(html).contains(">as it is</span>", ">W8</span>", ">deep cache</span>");
    assertThat(html).contains(">pruned</span>", ">20 w8</text>", ">20 deep:3</text>");
    assertThat(new LabPage(report(), "solvers").html())
        .doesNotContain("Cheaper forms against")
        .doesNotContain("Step caches against");
  }

  /** Every point, row and picture can be found by what it is, and each value has its box. */
  @Test
  void thePageCanBeFilteredByEveryDimensionThatVaries() throws Exception {
    String html = new LabPage(ofForms(), "forms").html();
    assertThat(boxes(html))
        .containsExactly(
            "solver=dpmpp_2m",
            "solver=ddim",
            "steps=10",
            "steps=20",
            "precision=F32",
            "precision=W8",
            "cache=none",
            "cache=deep:3",
            "model=none",
            "model=small");
    for (String box : boxes(html)) {
      String attribute = "data-" + box.replaceFirst("=(.*)", "=\"$1\"");
      assertThat(html.split("<tr [^>]*" + attribute, -1)).as(box).hasSizeGreaterThan(1);
      assertThat(html.split("<figure [^>]*" + attribute, -1)).as(box).hasSizeGreaterThan(1);
      assertThat(html.split("class=\"dot\"[^>]*" + attribute, -1)).as(box).hasSizeGreaterThan(2);
    }
    assertThat(boxes(new LabPage(report(), "solvers").html()))
        .contains("solver=ddpm", "steps=250")
        .noneMatch(b -> b.startsWith("precision") || b.startsWith("cache"));
  }

  private static List<String> boxes(String html) {
    return Pattern.compile("checked name=\"(\\w+)\" value=\"([^\"]+)\"")
        .matcher(html)
        .results()
        .map(r -> r.group(1) + "=" + r.group(2))
        .toList();
  }

  @Test
  void jsonHoldsWhatIsSaidOfForms() throws Exception {
    var json = new ObjectMapper().readTree(LabFiles.json(ofForms()));
    assertThat(json.at("/forms/0/setting").asText()).isEqualTo("dpmpp_2m-20+w8");
    assertThat(json.at("/forms/0/speedUpByWork").asDouble()).isEqualTo(1.6);
    assertThat(json.at("/forms/0/againstNoiseFloor").asText()).isEqualTo("equivalent");
    assertThat(json.at("/sameTime/0/verdict").asText()).isEqualTo("better");
    assertThat(json.at("/sameTime/0/against").asText()).isEqualTo("dpmpp_2m-10");
  }
}
