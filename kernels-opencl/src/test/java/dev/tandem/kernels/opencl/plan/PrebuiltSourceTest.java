package dev.tandem.kernels.opencl.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The text alone; {@code KernelPlanTest} runs every kernel that way. */
class PrebuiltSourceTest {
  private static final String SOURCE =
      """
      static float other(__local float *u) { return u[0]; }

      __kernel __attribute__((reqd_work_group_size(1, 1, 1)))
      void first(__global const half *x, ulong x0,
                 __local float *u, __global float *y) {
        y[0] = other(u);
      }

      __kernel void second(__constant int *n, __local int *u) { u[0] = n[0]; }
      """;

  @Test
  void hiddenParametersComeFirstBuffersArePartsOfArraysAndLocalMemoryIsDeclared() {
    assertThat(PrebuiltSource.of(SOURCE, "first", "int a, int b", List.of(64L)))
        .isEqualTo(
            """
            static float other(__local float *u) { return u[0]; }

            __kernel __attribute__((reqd_work_group_size(1, 1, 1)))
            void first(int a, int b, __global const half *x, ulong x_from, ulong x0, __global float *y, ulong y_from) {
              x = (__global const half *)((__global const char *)x + x_from);
              __local float u_array[64 / sizeof(float)];
              __local float *u = u_array;
              y = (__global float *)((__global char *)y + y_from);
              y[0] = other(u);
            }

            __kernel void second(__constant int *n, __local int *u) { u[0] = n[0]; }
            """);
  }

  @Test
  void otherKernelsStayAsTheyAre() {
    assertThat(PrebuiltSource.of(SOURCE, "second", "int a", List.of(8L)))
        .startsWith(SOURCE.substring(0, SOURCE.indexOf("__kernel void second")))
        .contains("void second(int a, __constant int *n, ulong n_from) {")
        .contains("n = (__constant int *)((__constant char *)n + n_from);")
        .contains("__local int u_array[8 / sizeof(int)];");
  }

  @Test
  void whatDoesNotFitTheSourceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PrebuiltSource.of(SOURCE, "other", "", List.of()))
        .withMessage("there is no kernel 'other' in the source");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PrebuiltSource.of(SOURCE, "first", "int a", List.of()))
        .withMessage("kernel 'first': the size of __local u is missing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PrebuiltSource.of(SOURCE, "first", "int a", List.of(4L, 4L)))
        .withMessage("kernel 'first' has fewer __local parameters than 2");
  }
}
