package dev.tandem.orchestrator.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.timeline.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RunFiguresTest {
  private static final int BATCH = 16;

  /** A picture's spans in the order in which they are over, from the time when it enters. */
  private static List<Span> picture(Random random, int picture, long enteredNs) {
    List<Span> spans = new ArrayList<>();
    long now = enteredNs;
    for (String stage : List.of("encode", "denoise", "decode")) {
      String device = "d" + random.nextInt(3);
      long start = now + random.nextInt(20);
      now = start;
      for (int step = random.nextInt(4); step >= 0; step--) {
        long from = now + random.nextInt(10);
        now = from + random.nextInt(30);
        spans.add(new Span(Span.Kind.RUN, stage, device, picture, step, from, now));
      }
      long end = now + random.nextInt(10);
      now = end + random.nextInt(10);
      spans.add(new Span(Span.Kind.STAGE, stage, device, picture, -1, start, end));
      spans.add(new Span(Span.Kind.BLOCKED, stage, device, picture, -1, end, now));
    }
    return spans;
  }

  @Property
  void keptUpInBatchesTheyAreThoseOfAllSpansAtOnce(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int pictures) {
    Random random = new Random(seed);
    RunFigures kept = new RunFigures(BATCH);
    List<Span> all = new ArrayList<>();
    List<List<Span>> onTheirWay = new ArrayList<>();
    long now = 0;
    for (int i = 0; i < pictures; i++) {
      now += random.nextInt(80);
      kept.entered(i, now);
      List<Span> spans = picture(random, i, now);
      all.addAll(spans);
      onTheirWay.add(spans);
      if (onTheirWay.size() > 4) {
        end(kept, onTheirWay.remove(random.nextInt(4)));
      }
    }
    onTheirWay.forEach(spans -> end(kept, spans));
    kept.finish();
    RunFigures whole = RunFigures.of(all);
    RunMetrics expected = whole.metrics(1000, pictures);
    RunMetrics actual = kept.metrics(1000, pictures);
    assertThat(actual.overlap()).isEqualTo(expected.overlap());
    assertThat(actual.devices()).containsExactlyInAnyOrderElementsOf(expected.devices());
    assertThat(actual.latencies().count()).isEqualTo(expected.latencies().count());
    for (int percent : new int[] {0, 50, 95, 100}) {
      assertThat(actual.latencies().percentileNs(percent))
          .isEqualTo(expected.latencies().percentileNs(percent));
    }
    assertThat(kept.stages()).containsExactlyInAnyOrderElementsOf(whole.stages());
  }

  private static void end(RunFigures figures, List<Span> spans) {
    spans.forEach(figures::add);
    figures.ended(spans.getFirst().picture(), true);
  }

  @Test
  void whatIsSummedUpIsForgotten() {
    Random random = new Random(1);
    RunFigures figures = new RunFigures(BATCH);
    int most = 0;
    for (int i = 0; i < 20_000; i++) {
      figures.entered(i, 100L * i);
      end(figures, picture(random, i, 100L * i));
      most = Math.max(most, figures.kept());
    }
    assertThat(most).as("spans kept at once").isLessThan(20 * BATCH);
  }

  @Test
  void aSpanThatComesAfterItsPictureHoldsNothingUp() {
    Random random = new Random(1);
    RunFigures figures = new RunFigures(BATCH);
    for (int i = 0; i < 1000; i++) {
      figures.entered(i, 100L * i);
      end(figures, picture(random, i, 100L * i));
      figures.add(new Span(Span.Kind.RUN, "denoise", "hung", 0, 0, 5, 100L * i + 7));
    }
    assertThat(figures.kept()).isLessThan(20 * BATCH);
  }

  @Test
  void onlyPicturesThatWereMadeHaveALatency() {
    RunFigures figures = new RunFigures();
    figures.entered(0, 0);
    figures.entered(1, 0);
    figures.add(Spans.stage("denoise", 0, 0, 10));
    figures.add(Spans.stage("denoise", 1, 0, 99));
    figures.ended(0, true);
    figures.ended(1, false);
    figures.finish();
    Latencies latencies = figures.metrics(100, 1).latencies();
    assertThat(latencies.count()).isOne();
    assertThat(latencies.percentileNs(100)).isEqualTo(10);
  }
}
