package dev.tandem.planning.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each device needs 10 for text, 20 for steps and 40 for decoding. */
class MemoryNeedTest {
  private static final Job JOB = new Job(1, 1, 1, true, 128, 128);
  private static final FixedCosts COSTS = new FixedCosts(Map.of(), Map.of(), 0, 0, 1);

  private static MemoryNeed need(long memory, String text, String unet, String vae) {
    return MemoryNeed.of(
        JOB, Placement.of(text, unet, vae), new SimulatorTest.Small(COSTS, memory));
  }

  @Test
  void halvesOfAProcessorShareItsMemory() {
    MemoryNeed enough = need(70, "cpu:a,threads=1", "cpu:b,threads=1", "cpu:a,threads=1");
    assertThat(enough.fits()).isTrue();
    assertThat(enough.problems()).isEmpty();
    MemoryNeed need = need(69, "cpu:a,threads=1", "cpu:b,threads=1", "cpu:a,threads=1");
    assertThat(need.bytes()).isEqualTo(Map.of("cpu:a,threads=1", 50L, "cpu:b,threads=1", 20L));
    assertThat(need.fits()).isFalse();
    assertThat(need.problems())
        .singleElement()
        .asString()
        .startsWith("cpu:a,threads=1 and cpu:b,threads=1 share their memory: they need")
        .contains("[TEXT, STEP, DECODE]");
  }

  /** One GPU through two drivers. */
  @Test
  void twinsShareTheirMemoryToo() {
    SimulationCosts small = new SimulatorTest.Small(COSTS, 69);
    SimulationCosts twins =
        new SimulationCosts() {
          @Override
          public double deviceNs(Work work, String device) {
            return small.deviceNs(work, device);
          }

          @Override
          public long bytes(Work work, String device) {
            return small.bytes(work, device);
          }

          @Override
          public long memoryBytes(String device) {
            return small.memoryBytes(device);
          }

          @Override
          public String hardware(String device) {
            return "uuid 1";
          }
        };
    Placement placement = Placement.of("opencl:0", "tornado:0", "opencl:0");
    assertThat(MemoryNeed.of(JOB, placement, small).fits()).isTrue();
    assertThat(MemoryNeed.of(JOB, placement, twins).problems())
        .singleElement()
        .asString()
        .startsWith("opencl:0 and tornado:0 share their memory");
  }

  @Test
  void otherHardwareHasItsOwn() {
    assertThat(need(50, "opencl:0", "opencl:1", "opencl:0").fits()).isTrue();
    assertThat(need(50, "opencl:0.0", "opencl:0.1", "opencl:0.0").fits()).isFalse();
  }

  /** Who needs too much alone is named alone. */
  @Test
  void aDeviceThatIsTooSmallIsTheProblem() {
    List<String> problems = need(49, "cpu", "cpu:b", "cpu").problems();
    assertThat(problems).singleElement().asString().startsWith("cpu needs").contains("and has");
  }
}
