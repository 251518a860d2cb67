package dev.tandem.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.conformance.Llvmpipe;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every golden case of the project and of the default model, on every device found but {@link
 * Llvmpipe}; {@code OpCasesOnEveryDeviceTest} fails where a kind of device is missing.
 */
class GoldenTest {
  private static final Path ROOT = Path.of(System.getProperty("tandem.root"));
  static final List<Path> FOLDERS =
      List.of(ROOT.resolve("conformance/golden"), ROOT.resolve("models/default"));

  @TestFactory
  Stream<DynamicTest> everyCaseIsWithinItsBounds() {
    return FOLDERS.stream()
        .flatMap(f -> GoldenFolder.cases(f).stream())
        .flatMap(
            c ->
                switch (c) {
                  case GoldenCase.Plain plain ->
                      Stream.of(DynamicTest.dynamicTest(c.name(), () -> assertPassed(plain.run())));
                  case GoldenCase.OnDevice onDevice ->
                      specs(onDevice).stream().map(spec -> test(onDevice, spec));
                });
  }

  /** Every device, and one model with the kernels for GPUs on each OpenCL platform. */
  private static List<String> specs(GoldenCase.OnDevice onDevice) {
    List<String> specs = new ArrayList<>(Llvmpipe.otherSpecs());
    if (onDevice.name().startsWith("lcm-tiny") || onDevice.name().startsWith("taesd-tiny")) {
      Llvmpipe.otherSpecs().stream()
          .filter(s -> s.startsWith("opencl:") && !s.contains("."))
          .forEach(s -> specs.add(s + ",family=gpu"));
    }
    return specs;
  }

  private static DynamicTest test(GoldenCase.OnDevice onDevice, String spec) {
    return DynamicTest.dynamicTest(
        spec + ": " + onDevice.name(),
        () -> {
          try (Device device = Devices.open(spec)) {
            assertPassed(onDevice.run(device));
          }
        });
  }

  private static void assertPassed(List<Check> checks) {
    assertThat(checks).isNotEmpty().allSatisfy(c -> assertThat(c).matches(Check::passed));
  }

  /** So that no kind of data can drop out of sight. */
  @Test
  void everyKindOfCaseIsFound() {
    List<GoldenCase> cases = FOLDERS.stream().flatMap(f -> GoldenFolder.cases(f).stream()).toList();
    assertThat(count(cases, TextEncoderCase.class)).isEqualTo(4);
    assertThat(count(cases, ImageEncoderCase.class)).isEqualTo(1);
    assertThat(count(cases, UNetCase.class)).isEqualTo(16);
    assertThat(count(cases, VaeCase.class)).isEqualTo(8);
    assertThat(count(cases, TokenizerCase.class)).isEqualTo(1);
    assertThat(count(cases, RandnCase.class)).isEqualTo(1);
    assertThat(count(cases, EndToEndCase.class)).isEqualTo(6);
    assertThat(count(cases, ImageToImageCase.class)).isEqualTo(1);
    assertThat(count(cases, SamplerCase.class)).isGreaterThan(50);
    assertThat(count(cases, GoldenCase.Unknown.class)).isZero();
  }

  private static long count(List<GoldenCase> cases, Class<? extends GoldenCase> kind) {
    return cases.stream().filter(kind::isInstance).count();
  }
}
