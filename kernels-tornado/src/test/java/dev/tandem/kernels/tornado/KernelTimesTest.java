package dev.tandem.kernels.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tandem.devices.DeviceException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What TornadoVM's profiler writes. */
class KernelTimesTest {
  @Test
  void timesOfKernelsAreFoundByTheirTasks() {
    String profile =
        """
        {
            "g0": {
                "TOTAL_KERNEL_TIME": "1500",
                "g0.t1": { "METHOD": "Elements.add", "TASK_KERNEL_TIME": "1000" },
                "g0.t0": { "METHOD": "Movement.load", "TASK_KERNEL_TIME": "500" }
            }
        }
        """;
    KernelTimes times = KernelTimes.of(profile, 10, 2010);
    assertThat(times.ns()).containsOnly(Map.entry("g0.t0", 500L), Map.entry("g0.t1", 1000L));
  }

  @Test
  void whatIsNoProfileIsAnError() {
    assertThatExceptionOfType(DeviceException.class)
        .isThrownBy(() -> KernelTimes.of("{ not so", 0, 1))
        .withMessageStartingWith("TornadoVM's profile cannot be read: ");
  }
}
