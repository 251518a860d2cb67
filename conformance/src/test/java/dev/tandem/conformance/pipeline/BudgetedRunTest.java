package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.execution.DevicePool;
import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.stages.Decoding;
import dev.tandem.stages.MemoryForm;
import dev.tandem.stages.quality.Psnr;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Budgets of whole runs: planned before they start, exact, and what was predicted is what is used.
 */
class BudgetedRunTest {
  private static final Request GUIDED =
      Request.of("blue whale").withSteps(2).withSize(384, 256).withGuidance(4);

  /** A picture, how it was planned, and what was then in use. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as records
  private record Made(byte[] rgb, MemoryPlans plans, long peak) {
    MemoryForm form(String device) {
      return plans.form(device);
    }
  }

  private static Made make(String device, RunOptions options) {
    List<MemoryPlans> plans = new ArrayList<>();
    List<byte[]> made = new ArrayList<>();
    try (DevicePool pool = DevicePool.of(options);
        Tandem tandem = Tandem.open(Run.MODEL, Placement.on(device), options, pool)) {
      var report =
          tandem.generateAll(
              List.of(GUIDED),
              new GenerationListener() {
                @Override
                public void onPicture(Picture picture) {
                  made.add(picture.rgb());
                }

                @Override
                public void onMemoryPlan(MemoryPlans p) {
                  plans.add(p);
                }
              });
      assertThat(report.failed()).isZero();
      return new Made(made.getFirst(), plans.getFirst(), pool.peak(device));
    }
  }

  private static RunOptions budget(long bytes) {
    return RunOptions.DEFAULT.withMemoryLimit(RunOptions.EVERY_DEVICE, bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "opencl:0"})
  void smallerBudgetsMakeTheSamePictureInWhatWasPredicted(String device) {
    Made usual = make(device, budget(4L << 30));
    assertThat(usual.form(device)).isEqualTo(MemoryForm.USUAL);
    List<MemoryForm> forms = new ArrayList<>();
    assertPredicted(usual);
    long all = usual.plans.plans().getFirst().peak();
    for (int percent : new int[] {75, 55, 45}) {
      Made made = make(device, budget(all * percent / 100));
      forms.add(made.form(device));
      assertThat(made.form(device).decoding()).isNotInstanceOf(Decoding.Tiled.class);
      assertThat(made.plans.plans().getFirst().peak()).isLessThanOrEqualTo(all * percent / 100);
      assertPredicted(made);
      assertThat(Psnr.of(made.rgb, usual.rgb)).as(percent + "%, dB").isGreaterThan(75);
    }
    assertThat(forms.getLast()).isNotEqualTo(MemoryForm.USUAL);
  }

  private static void assertPredicted(Made made) {
    assertThat(made.peak)
        .as(made.plans.toString())
        .isCloseTo(made.plans.plans().getFirst().peak(), Percentage.withPercentage(5));
  }

  @Test
  void anImpossibleBudgetIsRefusedWithTheNumbersOfEachFormBeforeAnythingIsCompiled() {
    RunOptions options = budget(3 << 20);
    try (DevicePool pool = DevicePool.of(options);
        Tandem tandem = Tandem.open(Run.MODEL, Placement.on("cpu"), options, pool)) {
      RequestException e =
          catchThrowableOfType(RequestException.class, () -> tandem.generate(GUIDED));
      assertThat(e)
          .hasMessageContaining("device 'cpu' may use 3.00 MiB of memory")
          .hasMessageContaining("text encoder: ")
          .hasMessageContaining("U-Net for 32 x 48 latents: ")
          .hasMessageContaining("Other forms:\n  as usual: ")
          .hasMessageContaining("\n  guidance halves one after the other: ")
          .hasMessageContaining("\n  VAE in bands of 8 rows: ")
          .hasMessageContaining("\n  one stage at a time: ")
          .hasMessageContaining("--allow approximate");
      assertThat(pool.compiled()).isZero();
      assertThat(pool.peak("cpu")).isZero();
    }
  }
}
