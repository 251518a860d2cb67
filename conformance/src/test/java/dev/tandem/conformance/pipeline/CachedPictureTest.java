package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.StepCache;
import dev.tandem.stages.quality.Psnr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The default model with a cache on real devices. */
class CachedPictureTest {
  private static final double SAME_DB = 45;
  private static final double ALIKE_DB = 15;
  private static final Request REQUEST =
      Request.of("red apple, flat style").withSeed(11).withSteps(8);

  private static byte[] draw(String device, String cache) {
    RunOptions options =
        RunOptions.DEFAULT.withModel(ModelOptions.DEFAULT.withCache(StepCache.parse(cache)));
    return Run.of(REQUEST, Placement.on(device), options).rgb();
  }

  @Test
  void allDevicesDrawWhatTheReferenceDeviceDraws() {
    byte[] expected = draw("reference", "deep:2");
    for (String device : new String[] {"cpu", "opencl:0"}) {
      assertThat(Psnr.of(draw(device, "deep:2"), expected)).as(device).isGreaterThan(SAME_DB);
    }
  }

  @ParameterizedTest
  @CsvSource({"cpu, first-block:0.2", "opencl:0, first-block:0.2", "cpu, 'deep:3,1'"})
  void aCacheDrawsAlmostTheSame(String device, String cache) {
    byte[] whole = draw(device, "off");
    assertThat(Psnr.of(draw(device, cache), whole)).isBetween(ALIKE_DB, 90.0);
    assertThat(draw(device, "off")).as("off after on").isEqualTo(whole);
  }

  @ParameterizedTest
  @CsvSource({"cpu, deep:1", "opencl:0, deep:1", "cpu, first-block:0", "opencl:0, first-block:0"})
  void whatTakesNothingOverIsBitEqual(String device, String cache) {
    assertThat(draw(device, cache)).isEqualTo(draw(device, "off"));
  }

  /** All graphs of the cache, with a threshold that nothing keeps. */
  @ParameterizedTest
  @CsvSource({"cpu", "opencl:0"})
  void inPartsAllOfTheNetworkIsTheNetwork(String device) {
    assertThat(Psnr.of(draw(device, "first-block:0.0000001"), draw(device, "off")))
        .isGreaterThan(SAME_DB);
  }
}
