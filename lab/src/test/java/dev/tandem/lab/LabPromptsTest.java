package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LabPromptsTest {
  private static final Path ROOT = Path.of(System.getProperty("tandem.root"));

  private static final List<LabPair> PAIRS = LabPrompts.pairs(LabPrompts.common(), 320, 7);

  @Test
  void theObjectsAreThoseOfTheTraining() throws Exception {
    String recipe = Files.readString(ROOT.resolve("training/data.py"));
    Matcher m =
        Pattern.compile("COMMON_OBJECTS = \"\"\"(.*?)\"\"\"", Pattern.DOTALL).matcher(recipe);
    assertThat(m.find()).isTrue();
    assertThat(LabPrompts.common()).containsExactly(m.group(1).split(";\\s+"));
  }

  @Test
  void everyObjectStyleAndColourComesEquallyOften() {
    assertThat(count("^(.*?), ")).hasSize(80).allSatisfy((o, n) -> assertThat(n).isEqualTo(4));
    assertThat(count(", (\\w+) style"))
        .hasSize(4)
        .allSatisfy((s, n) -> assertThat(n).isEqualTo(80));
    Map<String, Long> colours = count(" on a (\\w+) background");
    assertThat(colours).hasSize(11).allSatisfy((c, n) -> assertThat(n).isBetween(17L, 18L));
    assertThat(colours.values().stream().mapToLong(n -> n).sum()).isEqualTo(320 * 3 / 5);
  }

  private static Map<String, Long> count(String pattern) {
    return PAIRS.stream()
        .map(p -> Pattern.compile(pattern).matcher(p.prompt()))
        .filter(Matcher::find)
        .collect(Collectors.groupingBy(m -> m.group(1), Collectors.counting()));
  }

  @Test
  void fewPairsAreTheFirstOfMany() {
    assertThat(LabPrompts.pairs(LabPrompts.common(), 8, 7)).isEqualTo(PAIRS.subList(0, 8));
    assertThat(PAIRS.subList(0, 80)).extracting(LabPair::object).doesNotHaveDuplicates();
    assertThat(PAIRS.get(3).seed()).isEqualTo(10);
    assertThat(new HashSet<>(PAIRS)).hasSize(320);
  }

  @Test
  void onlyWhatTheJudgeKnowsIsDrawn() {
    assertThat(LabPrompts.objects(List.of("lion", "sofa", "pizza")))
        .containsExactly("pizza", "lion");
    assertThat(LabPrompts.objects(List.of("sofa"))).containsExactly("sofa");
  }
}
