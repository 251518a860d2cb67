package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.plan.Plan;
import dev.tandem.orchestrator.plan.Planner;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanPageTest {
  private static final Path ROOT = Path.of(System.getProperty("tandem.root"));

  private static final Profile PROFILE =
      ProfileFile.load(ROOT.resolve("profiles/laptop-amd-amd.json"));
  private static final Planner PLANNER = Planner.open(PROFILE, ROOT.resolve("models/default"));

  private static Plan plan(List<String> devices, List<String> strategies) {
    return PLANNER.compare(PLANNER.job(3, 1, 4, Request.of("")), devices, strategies);
  }

  @Test
  void itShowsTheTablesNumbersAndABlockForEachStay() {
    Plan plan = plan(List.of("opencl:0", "opencl:1"), List.of("single", "stage"));
    String page = PlanPage.of(PROFILE, plan);
    for (List<String> row : PlanView.rows(plan)) {
      for (String cell : row) {
        assertThat(page).contains("<td>" + PlanPage.escaped(cell) + "</td>");
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
}
