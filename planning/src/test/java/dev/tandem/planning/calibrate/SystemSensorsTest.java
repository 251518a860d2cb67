package dev.tandem.planning.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.profile.PowerState.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemSensorsTest {
  @TempDir Path root;

  private void put(String file, String text) throws Exception {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text + "\n");
  }

  @Test
  void aMachineThatTellsNothingIsUnknown() {
    SystemSensors s = new SystemSensors(root);
    assertThat(s.source()).isEqualTo(Source.UNKNOWN);
    assertThat(s.joules()).isEmpty();
    assertThat(s.throttleCount()).isZero();
    assertThat(s.machine().cores()).isPositive();
  }

  @Test
  void aLaptopOnMainsAndOnBattery() throws Exception {
    put("sys/class/power_supply/AC/type", "Mains");
    put("sys/class/power_supply/AC/online", "1");
    put("sys/class/power_supply/BAT0/type", "Battery");
    put("sys/class/power_supply/BAT0/status", "Charging");
    assertThat(new SystemSensors(root).source()).isEqualTo(Source.MAINS);
    put("sys/class/power_supply/AC/online", "0");
    put("sys/class/power_supply/BAT0/status", "Discharging");
    assertThat(new SystemSensors(root).source()).isEqualTo(Source.BATTERY);
  }

  @Test
  void energyIsThatOfThePackagesOnly() throws Exception {
    put("sys/class/powercap/intel-rapl:0/name", "package-0");
    put("sys/class/powercap/intel-rapl:0/energy_uj", "2500000");
    put("sys/class/powercap/intel-rapl:0:0/name", "core");
    put("sys/class/powercap/intel-rapl:0:0/energy_uj", "1000000");
    assertThat(new SystemSensors(root).joules()).hasValue(2.5);
  }

  @Test
  void throttlingAndTheProcessorAreRead() throws Exception {
    put("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3");
    put("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "4");
    put("proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU");
    put("proc/meminfo", "MemTotal:       1024 kB");
    SystemSensors s = new SystemSensors(root);
    assertThat(s.throttleCount()).isEqualTo(7);
    assertThat(s.machine().cpu()).isEqualTo("Some CPU");
    assertThat(s.machine().memoryBytes()).isEqualTo(1 << 20);
  }

  @Test
  void medianAndDeviation() {
    assertThat(Statistics.of(List.of(1.0, 9.0, 2.0, 4.0))).isEqualTo(new Statistics(3, 1.5));
    assertThat(Statistics.of(List.of(5.0))).isEqualTo(new Statistics(5, 0));
  }
}
