package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.json.StrictJson;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.orchestrator.html.Html;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.planning.Plan;
import dev.tandem.planning.Planner;
import dev.tandem.planning.simulate.Simulation;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanPageTest {
  private static final Path ROOT = Path.of(System.getProperty("tandem.root"));

  private static final Profile PROFILE =
      ProfileFile.load(ROOT.resolve("profiles/laptop-amd-amd.json"));
  private static final Planner PLANNER = Planner.open(PROFILE, ROOT.resolve("models/default"));

  private static final List<String> DEVICES = List.of("opencl:0", "opencl:1", "cpu");
  private static final List<String> ALL = Strategies.all().stream().map(Strategy::name).toList();

  private static Plan plan(List<String> devices, List<String> strategies) {
    return PLANNER.compare(PLANNER.job(3, 1, 4, Request.of("")), devices, strategies);
  }

  @Test
  void itShowsTheTablesNumbersAndABlockForEachStay() {
    Plan plan = plan(List.of("opencl:0", "opencl:1"), List.of("single", "stage"));
    String page = PlanPage.of(PROFILE, plan);
    for (List<String> row : PlanView.rows(plan)) {
      for (String cell : row) {
        assertThat(page).contains("<td>" + Html.escape(cell) + "</td>");
      }
    }
    assertThat(page.split("<svg", -1)).hasSize(3);
    // Two strategies decode three pictures each.
    assertThat(page.split("<title>decode picture", -1)).hasSize(7);
  }

  @Test
  void itNeedsNothingElse() {
    String page = PlanPage.of(PROFILE, plan(List.of("cpu"), List.of("single")));
    assertThat(page).doesNotContain("<script").doesNotContain("url(").doesNotContain("@import");
    assertThat(page.replaceAll("<link rel=\"icon\" href=\"data:,\">", "")).doesNotContain("href=");
    assertThat(page).doesNotContain("src=").contains("prefers-color-scheme: dark");
  }

  @Test
  void whatCannotBeUsedSaysWhy() {
    String page = PlanPage.of(PROFILE, plan(List.of("cpu"), List.of("single", "stage")));
    assertThat(page).contains("stage: cannot be used").contains("needs 2 devices");
  }

  /** The page of a million pictures is no larger than that of a thousand. */
  @Test
  void aLongRunDrawsItsFirstPictures() {
    Plan plan = PLANNER.compare(PLANNER.job(1_000_000, 1, 4, Request.of("")), DEVICES, ALL);
    String page = PlanPage.of(PROFILE, plan);
    assertThat(page.length()).isLessThan(1_000_000);
    assertThat(page).contains("the first 64.").contains("of 1000000 pictures");
    assertThat(page).contains("decode picture 63,").doesNotContain("decode picture 64,");
  }

  /** The least and the most that a profile may say, and what lies between. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 1e-3, 1, 1e5, 1e9})
  void noTimeGivesWhatIsNoNumber(double millis) throws Exception {
    Planner planner = new Planner(with(millis), PLANNER.plan(), PLANNER.options());
    for (int pictures : new int[] {1, 4, 5000}) {
      Plan plan = planner.compare(planner.job(pictures, 1, 4, Request.of("")), DEVICES, ALL);
      StringWriter text = new StringWriter();
      PlanView.table(new PrintWriter(text), plan);
      PlanView.json(new PrintWriter(text), planner.profile(), plan);
      String page = PlanPage.of(planner.profile(), plan);
      assertThat(text + page).doesNotContain("NaN").doesNotContain("Infinity");
      assertThat(page.split("class=\"tick\"", -1)).hasSizeLessThan(10 * ALL.size());
    }
  }

  /** The profile with this time for every stage. */
  private static Profile with(double millis) throws Exception {
    String text = StrictJson.write(PROFILE);
    String changed = text.replaceAll("\"(median|host)Millis\" : [^,]*", "\"$1Millis\" : " + millis);
    return StrictJson.read("p.json", changed, Profile.class);
  }

  /** Whatever is to be drawn: an axis ends. */
  @ParameterizedTest
  @ValueSource(doubles = {0, Double.MIN_VALUE, 1, 3e7, 1e300, Double.MAX_VALUE})
  void anAxisHasFewTicks(double longestNs) {
    Simulation none =
        new Simulation(1, longestNs, List.of(), List.of(), 0, Map.of(), 0, 0, List.of());
    String svg = LanesSvg.of(none, longestNs);
    assertThat(svg.split("class=\"tick\"", -1)).hasSizeBetween(2, 11);
    assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
    assertThat(none.picturesPerSecond()).isFinite();
    assertThat(none.overlap()).isZero();
  }
}
