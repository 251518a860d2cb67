package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is drawn is kept, and nothing is drawn twice. */
class LabRunTest {
  private static final List<Setting> SETTINGS =
      List.of(Setting.of("ddim", 2), Setting.of("ddim", 4), Setting.of("lcm", 1));
  private static final Setting SLOW = Setting.of("ddpm", 1000);
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

  private void run(int limit) {
    run(limit, () -> false);
  }

  private void run(int limit, BooleanSupplier stop) {
    LabStore store = LabStore.open(folder, FACTS);
    List<List<Setting>> passes = List.of(SETTINGS, List.of(SLOW));
    new LabRun(passes, store, (s, p) -> paint(s, p, limit), p -> new float[] {0.6f, 0.8f})
        .run(PAIRS, stop, LabListener.NONE);
  }

  @Test
  void anInterruptedLabGoesOnWhereItWas() {
    run(5);
    assertThat(drawn).hasSize(5);
    run(100);
    assertThat(drawn).hasSize(12);
    assertThat(new HashSet<>(drawn)).hasSize(12);
    run(12);
    assertThat(drawn).hasSize(12);
  }

  @Test
  void whatIsCheapIsDrawnForAllPairsFirst() {
    run(100);
    assertThat(drawn.subList(0, 9)).noneMatch(d -> d.startsWith("ddpm"));
    assertThat(drawn.subList(9, 12)).containsExactly("ddpm-1000 0", "ddpm-1000 1", "ddpm-1000 2");
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
    assertThat(drawn).hasSize(13).last().isEqualTo("ddim-2 1");
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
  void nothingIsBegunAfterItWasToldToStop() {
    run(100, () -> drawn.size() == 4);
    assertThat(drawn).hasSize(4);
    // What is there is no reason to stop.
    List<LabResult> seen = new ArrayList<>();
    LabListener listener =
        new LabListener() {
          @Override
          public void onPicture(int done, int all, LabResult result) {
            seen.add(result);
          }
        };
    LabStore store = LabStore.open(folder, FACTS);
    new LabRun(List.of(SETTINGS), store, (s, p) -> paint(s, p, 100), p -> new float[] {1})
        .run(PAIRS, () -> true, listener);
    assertThat(drawn).hasSize(4);
    assertThat(seen).hasSize(4);
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
