package dev.tandem.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceSpecTest {

  @Test
  void hasSchemeSelectorAndOptions() {
    DeviceSpec s = DeviceSpec.parse(" opencl:0.1, wait = spin ,threads=2 ");
    assertThat(s.scheme()).isEqualTo("opencl");
    assertThat(s.selector()).isEqualTo("0.1");
    assertThat(s.options()).isEqualTo(Map.of("wait", "spin", "threads", "2"));
  }

  @Test
  void selectorAndOptionsMayBeLeftOut() {
    DeviceSpec s = DeviceSpec.parse("cpu");
    assertThat(s).isEqualTo(new DeviceSpec("cpu", "cpu", "", Map.of()));
    assertThat(s.intOption("threads", 7, 1, 9)).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cpu,threads         | option 'threads' is not of the form key=value",
        "cpu,threads=        | option 'threads=' is not of the form key=value",
        "cpu,=2              | option '=2' is not of the form key=value",
        "cpu,                | option '' is not of the form key=value",
        "cpu,a=1,a=2         | gives option 'a' twice",
        "''                  | has no name",
        ":0                  | has no name",
        "',threads=2'        | has no name"
      })
  void malformedTextIsRefusedWithTheText(String text, String says) {
    assertThatThrownBy(() -> DeviceSpec.parse(text))
        .isInstanceOf(DeviceException.class)
        .hasMessageContainingAll("'" + text + "'", says);
  }

  @ParameterizedTest
  @CsvSource({"0", "10", "two", "1.5", "99999999999"})
  void aNumberOutOfRangeIsRefusedWithTheRange(String value) {
    DeviceSpec s = DeviceSpec.parse("cpu,threads=" + value);
    assertThatThrownBy(() -> s.intOption("threads", 1, 1, 9))
        .isInstanceOf(DeviceException.class)
        .hasMessageContainingAll("threads=" + value, "from 1 to 9");
  }

  @Test
  void anUnknownOptionIsAnsweredWithTheKnownOnes() {
    DeviceSpec s = DeviceSpec.parse("cpu,treads=2");
    assertThatThrownBy(() -> s.allowOptions(Set.of("wait", "threads")))
        .isInstanceOf(DeviceException.class)
        .hasMessageContainingAll("'treads'", "[memory, threads, wait]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cpu                 | cpu:b,threads=1       | true",
        "cpu:a,threads=1     | ' cpu , memory=1G'    | true",
        "reference:a         | reference             | true",
        "opencl              | opencl:0.1            | true",
        "opencl:0.0,wait=spin | opencl:0             | true",
        "opencl:0            | opencl:1              | false",
        "opencl:0            | opencl:10.0           | false",
        "opencl:v1.2         | opencl:v1.3           | false",
        "cpu                 | reference             | false",
        "cpu                 | opencl:cpu            | false",
        "sim:a,unet=4        | sim:b,unet=4          | false"
      })
  void partsLabelsAndOptionsAreNoOtherHardware(String a, String b, boolean same) {
    assertThat(DeviceSpec.physical(a).equals(DeviceSpec.physical(b))).isEqualTo(same);
    for (String text : new String[] {a, b}) {
      assertThat(DeviceSpec.parse(text).physical()).isEqualTo(DeviceSpec.physical(text));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"''", "','", "':'", "cpu,threads", "'a laptop, the old one'"})
  void anyTextStandsForSomeHardware(String text) {
    assertThat(DeviceSpec.physical(text)).isNotBlank();
  }
}
