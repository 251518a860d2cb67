package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.stages.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table in docs/samplers.md says what the program does. */
class SamplersPageTest {
  @Test
  void listsEverySamplerWithItsNamesAndEvaluations() throws IOException {
    List<String> page = Files.readAllLines(Json.root().resolve("docs/samplers.md"));
    List<List<String>> rows =
        page.stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> List.of(line.split("\\|", -1)))
            .filter(row -> row.size() == 9)
            .map(row -> row.stream().map(cell -> cell.strip().replace("`", "")).toList())
            .map(row -> row.subList(1, 8))
            .collect(Collectors.toCollection(ArrayList::new));

    assertThat(rows).hasSize(Solver.values().length);
    for (Solver solver : Solver.values()) {
      List<String> row = rows.remove(0);
      assertThat(row.get(0)).isEqualTo(solver.id());
      assertThat(row.get(1)).isEqualTo(solver.otherName().orElse(""));
      assertThat(row.get(2)).isEqualTo(solver.diffusersClass());
      assertThat(evaluations(row.get(5), 10))
          .isEqualTo(Samplers.of(solver.id(), Configs.stableDiffusion("{}"), 10).evaluations());
      assertThat(row.get(4))
          .startsWith(draws(solver.id()) ? "yes" : solver == Solver.DDIM ? "with eta" : "no");
    }
  }

  private static int evaluations(String formula, int n) {
    return switch (formula.replaceAll(",.*", "")) {
      case "n" -> n;
      case "n + 1" -> n + 1;
      case "n + 9" -> n + 9;
      case "2n - 1" -> 2 * n - 1;
      default -> throw new IllegalArgumentException(formula);
    };
  }

  private static boolean draws(String name) {
    int[] drawn = {0};
    Sampler sampler = Samplers.of(name, Configs.stableDiffusion("{}"), 4);
    SamplerState state = sampler.start(new float[] {1});
    while (!sampler.done(state)) {
      state =
          sampler.next(
              state,
              new float[] {0},
              count -> {
                drawn[0] += count;
                return new float[count];
              });
    }
    return drawn[0] > 0;
  }
}
