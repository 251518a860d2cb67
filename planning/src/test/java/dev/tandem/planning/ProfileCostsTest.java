package dev.tandem.planning;

import static dev.tandem.planning.Samples.DEVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.StepCache;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which measurement a plan takes, and what it makes of one that is not quite the right one. */
class ProfileCostsTest {
  private static final Job JOB = new Job(4, 2, 3, true, 128, 128);
  private static final RunOptions F32 = RunOptions.DEFAULT;
  private static final RunOptions F16 = F32.withPrecision(DEVICE, Precision.F16);
  private static final Optional<String> OWN = ModelId.of(ModelFolder.open(Samples.MODEL)).digest();
  private static final Optional<String> ANY = Optional.empty();
  private static final Optional<String> OTHER = Optional.of("0123456789ab");

  private static ProfileCosts costs(RunOptions options, StageCost... stages) {
    return Planner.costs(
        Samples.profile(Samples.device(List.of(), stages)), Samples.MODEL, options, JOB);
  }

  private static double stepMillis(RunOptions options, StageCost... stages) {
    return costs(options, stages).deviceNs(Work.STEP, DEVICE) / 1e6;
  }

  @Test
  void eachPrecisionHasItsOwnMeasurement() {
    StageCost single = Samples.step(OWN, Precision.F32, 30);
    StageCost half = Samples.step(OWN, Precision.F16, 20);
    assertThat(stepMillis(F32, single, half)).isEqualTo(30);
    assertThat(stepMillis(F16, single, half)).isEqualTo(20);
  }

  /** On a device without launches whose arithmetic takes no time, bytes are all that counts. */
  @Test
  void theOtherPrecisionIsScaledByTheBytes() {
    assertThat(stepMillis(F16, Samples.step(OWN, Precision.F32, 30))).isCloseTo(15, within(0.01));
    assertThat(stepMillis(F32, Samples.step(OWN, Precision.F16, 30))).isCloseTo(60, within(0.01));
  }

  /** A prompt costs the same for every size of picture. */
  @Test
  void textIsMeasuredAtAnySizeButInItsOwnPrecision() {
    StageCost text =
        new StageCost("default", OWN, "text", 8, 8, 1, Optional.empty(), 4, 0, 0, 0, 0);
    assertThat(costs(F32, text).deviceNs(Work.TEXT, DEVICE) / 1e6).isEqualTo(4);
    assertThat(costs(F16, text).deviceNs(Work.TEXT, DEVICE) / 1e6).isCloseTo(2, within(0.01));
  }

  @Test
  void halfPrecisionNeedsHalfTheMemory() {
    long single = costs(F32).bytes(Work.STEP, DEVICE);
    assertThat(costs(F16).bytes(Work.STEP, DEVICE)).isEqualTo(single / 2);
    StageCost measured = Samples.step(OWN, Precision.F32, 30);
    assertThat(costs(F32, measured).bytes(Work.STEP, DEVICE)).isEqualTo(7);
    assertThat(costs(F16, measured).bytes(Work.STEP, DEVICE)).isEqualTo(single / 2);
  }

  @Test
  void anotherModelOfTheNameIsNotTaken() {
    double estimate = stepMillis(F32);
    assertThat(stepMillis(F32, Samples.step(OTHER, Precision.F32, 30)))
        .isEqualTo(estimate)
        .isNotEqualTo(30);
    assertThat(stepMillis(F32, Samples.step(ANY, Precision.F32, 30))).isEqualTo(30);
  }

  @Test
  void theVeryModelComesFirst() {
    assertThat(
            stepMillis(
                F32,
                Samples.step(ANY, Precision.F32, 10),
                Samples.step(OTHER, Precision.F32, 20),
                Samples.step(OWN, Precision.F32, 30)))
        .isEqualTo(30);
  }

  private static RunOptions cached(String cache) {
    return F32.withModel(ModelOptions.DEFAULT.withCache(StepCache.parse(cache)));
  }

  /** On a device whose bytes are all that counts, with a profile of whole evaluations. */
  @Test
  void aDeepCacheCostsTheMeanOfItsEvaluations() {
    StageCost measured = Samples.step(OWN, Precision.F32, 30);
    assertThat(stepMillis(cached("deep:1"), measured)).isEqualTo(30);
    double two = stepMillis(cached("deep:2"), measured);
    double shallow = 2 * two - 30;
    assertThat(shallow).isBetween(0.5, 20.0);
    assertThat(stepMillis(cached("deep:4"), measured))
        .isCloseTo((30 + 3 * shallow) / 4, within(0.01));
    assertThat(stepMillis(cached("deep:2"))).isLessThan(stepMillis(F32));
    assertThat(stepMillis(cached("first-block:0.1"), measured)).isBetween(30.0, 36.0);
  }

  @Test
  void aCacheNeedsTheMemoryOfAllItsNetworks() {
    long whole = costs(F32).bytes(Work.STEP, DEVICE);
    long more = costs(cached("deep:2")).bytes(Work.STEP, DEVICE) - whole;
    assertThat(more).isBetween(1L, whole);
    StageCost measured = Samples.step(OWN, Precision.F32, 30);
    assertThat(costs(cached("deep:2"), measured).bytes(Work.STEP, DEVICE)).isEqualTo(7 + more);
    assertThat(costs(cached("deep:2")).bytes(Work.DECODE, DEVICE))
        .isEqualTo(costs(F32).bytes(Work.DECODE, DEVICE));
  }

  @Test
  void aLimitOfTheRunCounts() {
    assertThat(costs(F32).memoryBytes(DEVICE)).isEqualTo(Samples.MEMORY);
    assertThat(costs(F32.withMemoryLimit(DEVICE, 5)).memoryBytes(DEVICE)).isEqualTo(5);
    assertThat(costs(F32.withMemoryLimit(DEVICE, Long.MAX_VALUE)).memoryBytes(DEVICE))
        .isEqualTo(Samples.MEMORY);
  }

  private static String device(String id, String hardware) {
    return """
    {"id": "ID", "name": "n", HARDWARE"type": "DISCRETE_GPU", "computeUnits": 1, "f16": false,
     "unifiedMemory": false, "limits": {"memoryBytes": 1, "allocationBytes": 1},
     "peak": {"gflops": 1, "gigabytesPerSecond": 1}}
    """
        .replace("ID", id)
        .replace("HARDWARE", hardware.isEmpty() ? "" : "\"hardware\": \"" + hardware + "\", ");
  }

  private static double slowdown(String device, String other) {
    String text =
        """
        {"format": 1, "name": "n", "description": "",
         "machine": {"cpu": "c", "cores": 1, "memoryBytes": 1, "os": "o"},
         "power": {"source": "mains", "throttled": false},
         "devices": [%s, %s, %s, %s]}
        """
            .formatted(
                device("opencl:0.0", "uuid 1"),
                device("opencl:0.1", "uuid 1"),
                device("opencl:1", ""),
                device("tornado:0", "uuid 1"));
    return Planner.costs(ProfileFile.parse(Path.of("p.json"), text), Samples.MODEL, F32, JOB)
        .slowdown(device, Work.STEP, other, Work.STEP);
  }

  @Test
  void ofTheSameHardwareByTwoNamesEachHasHalf() {
    assertThat(slowdown("tornado:0", "opencl:0.0")).isEqualTo(2);
    assertThat(slowdown("tornado:0", "opencl:1")).isEqualTo(1);
    assertThat(slowdown("opencl:0.1", "opencl:0.0")).as("parts").isEqualTo(1);
  }
}
