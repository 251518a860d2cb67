package dev.tandem.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceProvider;
import dev.tandem.devices.Devices;
import dev.tandem.devices.cases.OpCase;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The table of operation cases on every device found, against the reference device; {@link
 * Llvmpipe} says where it runs on that one.
 */
class OpCasesOnEveryDeviceTest {

  @Test
  void everyKindOfDeviceIsPresent() {
    List<String> found = Devices.list().stream().map(DeviceInfo::id).toList();
    assertThat(found).contains("reference", "cpu");
    for (DeviceProvider p : ServiceLoader.load(DeviceProvider.class)) {
      if (p.scheme().equals("sim")) {
        continue; // simulated devices are made up by whoever names one: none is found
      }
      assertThat(found)
          .as("devices of the kind '%s' (for opencl, install PoCL: pocl-opencl-icd)", p.scheme())
          .anyMatch(id -> id.equals(p.scheme()) || id.startsWith(p.scheme() + ":"));
    }
  }

  @TestFactory
  Stream<DynamicContainer> everyCaseIsWithinItsBound() {
    List<OpCase> cases = OpCases.tagged(Tag.CORRECTNESS);
    return Llvmpipe.otherSpecs().stream()
        .map(
            spec ->
                DynamicContainer.dynamicContainer(
                    spec,
                    cases.stream()
                        .map(c -> DynamicTest.dynamicTest(c.name(), () -> assertWithin(spec, c)))));
  }

  private static void assertWithin(String spec, OpCase c) {
    try (Device device = Devices.open(spec)) {
      assertThat(OpCaseRunner.run(device, c, Precision.F32)).matches(r -> r.passed());
    }
  }
}
