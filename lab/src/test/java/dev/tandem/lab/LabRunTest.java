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
    return new LabRun.Painted(
        picture(pair),
        setting.steps() / 10.0,
        setting.steps(),
        setting.steps() == 2 ? StepTimes.NONE : new StepTimes(0.25, 1.5, 9));
  }

  private void run(int limit) {
    run(limit, () -> false);
  }

  private void run(int limit, BooleanSupplier stop) {
    LabStore store = LabStore.open(folder, FACTS);
    List<LabRun.Pass> passes =
        List.of(new LabRun.Pass(SETTINGS, PAIRS), new LabRun.Pass(List.of(SLOW), PAIRS));
    new LabRun(passes, store, (s, p) -> paint(s, p, limit), p -> new float[] {0.6f, 0.8f})
        .run(stop, LabListener.NONE);
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
    assertThat(r.steps()).isEqualTo(new StepTimes(0.25, 1.5, 9));
    assertThat(store.read(SETTINGS.get(0), PAIRS.get(2)).steps()).isEqualTo(StepTimes.NONE);
    Pixels pixels = store.pixels(SETTINGS.get(1), PAIRS.get(2));
    assertThat(pixels.rgb()).isEqualTo(picture(PAIRS.get(2)).rgb());
    assertThat(List.of(pixels.width(), pixels.height())).containsExactly(2, 1);
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

  /** Names of files that every system takes; forms beside the model as it is, none over another. */
  @Test
  void formsAndOtherSeedsHaveResultsOfTheirOwn() throws Exception {
    LabStore store = LabStore.open(folder, FACTS);
    List<Setting> forms =
        Settings.parse("ddim-20,ddim-20+w8,ddim-20+w8+deep:3:1,lcm/lcm-4+first-block:0.05");
    List<LabPair> pairs = List.of(PAIRS.getFirst(), PAIRS.getFirst().reseeded());
    new LabRun(
            List.of(new LabRun.Pass(forms, pairs)),
            store,
            (s, p) -> paint(s, p, 100),
            p -> new float[] {1})
        .run(() -> false, LabListener.NONE);
    assertThat(drawn).hasSize(8);
    try (Stream<Path> folders = Files.list(folder.resolve("pictures"))) {
      assertThat(folders.map(f -> f.getFileName().toString()).sorted())
          .containsExactly(
              "ddim-20", "ddim-20+w8", "ddim-20+w8+deep=3=1", "lcm+lcm-4+first-block=0.05");
    }
    assertThat(LabStore.settings(folder)).containsExactlyInAnyOrderElementsOf(forms);
    assertThat(store.read(forms.get(1), pairs.get(1)).pair()).isEqualTo(pairs.get(1));
    assertThat(pairs.get(1).prompt()).isEqualTo(pairs.get(0).prompt());
    assertThat(pairs.get(1).seed()).isNotEqualTo(pairs.get(0).seed());
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
    List<LabRun.Pass> passes = List.of(new LabRun.Pass(SETTINGS, PAIRS));
    new LabRun(passes, store, (s, p) -> paint(s, p, 100), p -> new float[] {1})
        .run(() -> true, listener);
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
