package dev.tandem.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.conformance.TornadoSpecs;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every golden case of networks and pictures on TornadoVM's devices. */
@Tag(TornadoSpecs.TAG)
class TornadoGoldenTest {
  private static List<GoldenCase.OnDevice> cases() {
    return GoldenTest.FOLDERS.stream()
        .flatMap(f -> GoldenFolder.cases(f).stream())
        .filter(GoldenCase.OnDevice.class::isInstance)
        .map(GoldenCase.OnDevice.class::cast)
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> everyCaseIsWithinItsBounds() {
    return TornadoSpecs.all().stream()
        .flatMap(
            spec ->
                cases().stream()
                    .map(
                        c ->
                            DynamicTest.dynamicTest(
                                spec + ": " + c.name(), () -> assertPassed(spec, c))));
  }

  private static void assertPassed(String spec, GoldenCase.OnDevice c) {
    try (Device device = Devices.open(spec)) {
      assertThat(c.run(device)).isNotEmpty().allMatch(Check::passed);
    }
  }

  /** As many as {@link GoldenTest} counts of the kinds that need a device. */
  @Test
  void noneIsMissing() {
    assertThat(cases()).hasSize(4 + 1 + 16 + 8 + 6 + 1);
  }
}
