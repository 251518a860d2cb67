package dev.tandem.orchestrator.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.picture.Picture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is drawn is kept, and nothing is drawn twice. */
class LabRunTest {
  private static final List<Setting> SETTINGS =
      List.of(Setting.of("ddim", 2), Setting.of("ddim", 4), Setting.of("lcm", 1));
  private static final List<LabPair> PAIRS =
      List.of(
          new LabPair(0, "red apple, flat style", "red apple", 7),
          new LabPair(1, "a \"pizza\"", "pizza", 8),
          new LabPair(2, "käse", "käse", 9));
  private static final Map<String, String> FACTS = Map.of("model", "m1", "guidance", "5.0");

  @TempDir Path folder;
  private final List<String> drawn = new ArrayList<>();

  private static Picture picture(LabPair pair) {
    byte[] rgb = {(byte) pair.seed(), 1, 2, 3, (byte) 200, 5};
    Request r = Request.of(pair.prompt()).withSize(2, 1).withSampler("ddim");
    return new Picture(0, r, "default", rgb);
  }

  private LabRun.Painted paint(Setting setting, LabPair pair, int limit) {
    if (drawn.size() == limit) {
      throw new CancellationException();
    }
    drawn.add(setting + " " + pair.index());
    return new LabRun.Painted(picture(pair), setting.steps() / 10.0, setting.steps());
  }

  private List<LabPair> run(int limit) {
    LabStore store = LabStore.open(folder, FACTS);
    return new LabRun(SETTINGS, store, (s, p) -> paint(s, p, limit), p -> new float[] {0.6f, 0.8f})
        .run(PAIRS, () -> false, () -> false, LabListener.NONE);
  }

  @Test
  void anInterruptedLabGoesOnWhereItWas() {
    assertThat(run(5)).containsExactly(PAIRS.getFirst());
    assertThat(run(100)).isEqualTo(PAIRS);
    assertThat(drawn).hasSize(9);
    assertThat(new HashSet<>(drawn)).hasSize(9);
    run(9);
    assertThat(drawn).hasSize(9);
  }

  @Test
  void resultsComeBackAsTheyWere() {
    run(100);
    LabStore store = LabStore.open(folder, FACTS);
    LabResult r = store.read(SETTINGS.get(1), PAIRS.get(2));
    assertThat(r.pair()).isEqualTo(PAIRS.get(2));
    assertThat(r.seconds()).isEqualTo(0.4);
    assertThat(r.evaluations()).isEqualTo(4);
    assertThat(r.vector()).containsExactly(0.6f, 0.8f);
    assertThat(store.rgb(SETTINGS.get(1), PAIRS.get(2))).isEqualTo(picture(PAIRS.get(2)).rgb());
  }

  @Test
  void aPictureWithoutItsResultIsDrawnAgain() throws Exception {
    run(100);
    Path results = folder.resolve("pictures").resolve("ddim-2");
    Files.delete(results.resolve("0001.json"));
    run(100);
    assertThat(drawn).hasSize(10).last().isEqualTo("ddim-2 1");
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.map(Path::toString)).noneMatch(f -> f.endsWith(".tmp"));
    }
  }

  @Test
  void everyPairBeginsWithAnotherSetting() {
    run(100);
    assertThat(List.of(drawn.get(0), drawn.get(3), drawn.get(6)))
        .containsExactly("ddim-2 0", "ddim-4 1", "lcm-1 2");
  }

  @Test
  void noFurtherPairIsBegunWhenTimeIsUpButOneIsAlwaysComplete() {
    LabStore store = LabStore.open(folder, FACTS);
    LabRun lab = new LabRun(SETTINGS, store, (s, p) -> paint(s, p, 100), p -> new float[] {1});
    assertThat(lab.run(PAIRS, () -> true, () -> false, LabListener.NONE)).hasSize(1);
  }

  @Test
  void resultsOfAnotherModelAreNotMixedIn() {
    run(100);
    assertThatThrownBy(() -> LabStore.open(folder, Map.of("model", "m2")))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("another model: m1, now m2")
        .hasMessageContaining("--output");
    LabStore store = LabStore.open(folder, FACTS);
    LabPair other = new LabPair(0, "red apple, flat style", "red apple", 99);
    assertThatThrownBy(() -> store.read(SETTINGS.getFirst(), other))
        .hasMessageContaining("another prompt or seed");
  }
}
