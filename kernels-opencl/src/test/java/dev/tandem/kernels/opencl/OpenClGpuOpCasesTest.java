package dev.tandem.kernels.opencl;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The other half of {@link OpenClOpCasesTest}, which runs beside it. */
class OpenClGpuOpCasesTest {
  @ParameterizedTest
  @MethodSource("dev.tandem.kernels.opencl.OpenClOpCasesTest#gpu")
  void everyCaseIsWithinItsBound(OpenClOpCasesTest.Run run) {
    OpenClOpCasesTest.check(run);
  }
}
