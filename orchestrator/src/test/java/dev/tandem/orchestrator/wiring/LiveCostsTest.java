package dev.tandem.orchestrator.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.orchestrator.placement.PictureKind;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.wiring.Workload.Form;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is expected of work that costs now this, now that. */
class LiveCostsTest {
  private static final PictureKind KIND = new PictureKind(20, true, 8, 8);
  private static final long FULL = 1000;
  private static final long SHALLOW = 100;

  private final LiveCosts costs = new LiveCosts();

  private void took(Form form, long ns) {
    costs.observe(Work.STEP, form, "d", KIND, ns);
  }

  private long expected() {
    return costs.ns(Work.STEP, "d", KIND).orElseThrow();
  }

  private void expect(long ns) {
    costs.expect(KIND, List.of("d"), new Flat(ns));
  }

  /** All work costs the same. */
  private record Flat(long each) implements StageCosts {
    @Override
    public long ns(Work work, String device) {
      return each;
    }

    @Override
    public long bytes(Work work, String device) {
      return 0;
    }

    @Override
    public long memoryBytes(String device) {
      return 0;
    }
  }

  @Test
  void whereAllIsAlikeTheNewestCallsCount() {
    assertThat(costs.ns(Work.STEP, "d", KIND)).isEmpty();
    expect(1000);
    assertThat(expected()).isEqualTo(1000);
    took(Form.ALIKE, 500);
    assertThat(expected()).isEqualTo(800);
    took(Form.ALIKE, 500);
    assertThat(expected()).isEqualTo(680);
  }

  @Test
  void theMeanOfTwoFormsStaysWhereItIs() {
    for (int i = 0; i < 20; i++) {
      took(i % 5 == 0 ? Form.FULL : Form.SHALLOW, i % 5 == 0 ? FULL : SHALLOW);
      if (i >= 10) {
        assertThat((double) expected()).isCloseTo(280, within(80.0));
      }
    }
    assertThat(expected()).isEqualTo((FULL + 4 * SHALLOW) / 5);
  }

  /** Every picture begins with a full evaluation; that makes no device slower than another. */
  @Test
  void theFirstEvaluationDoesNotOverturnWhatWasExpected() {
    expect(280);
    took(Form.FULL, FULL);
    assertThat(expected()).isBetween(280L, 450L);
  }

  @Test
  void theLimitIsThatOfTheDearestForm() {
    Watchdog watchdog = new Watchdog(2, Duration.ZERO, Duration.ofNanos(77_000));
    expect(280);
    assertThat(limit(watchdog, Form.FULL)).as("never seen").isEqualTo(77_000);
    for (int i = 0; i < 9; i++) {
      took(Form.SHALLOW, SHALLOW);
    }
    assertThat(limit(watchdog, Form.FULL)).as("only cheap ones").isEqualTo(77_000);
    assertThat(limit(watchdog, Form.SHALLOW)).isEqualTo(2 * SHALLOW);
    took(Form.FULL, FULL);
    for (int i = 0; i < 30; i++) {
      took(Form.SHALLOW, SHALLOW);
    }
    assertThat(limit(watchdog, Form.FULL)).isEqualTo(2 * FULL);
    assertThat(2 * expected()).as("a limit by the mean would end a full one").isLessThan(FULL);
  }

  private long limit(Watchdog watchdog, Form form) {
    return watchdog.limitNs(costs.mostNs(Work.STEP, form, "d", KIND));
  }

  @Test
  void withoutFormsTheLimitIsOfWhatIsExpected() {
    assertThat(costs.mostNs(Work.DECODE, Form.ALIKE, "d", KIND)).isEmpty();
    expect(280);
    assertThat(costs.mostNs(Work.DECODE, Form.ALIKE, "d", KIND)).hasValue(280);
  }
}
