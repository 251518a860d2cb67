package dev.tandem.conformance;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import java.util.List;

/**
 * Mesa's OpenCL on a processor compiles and computes slowly, so that not every test runs on it: the
 * table of operation cases does in kernels-opencl, the default model here, and all golden checks by
 * {@code ./test golden conformance/golden --device opencl:rusticl}.
 */
public final class Llvmpipe {
  private Llvmpipe() {}

  /** All of {@link Devices#specs} but this one. */
  public static List<String> otherSpecs() {
    return Devices.specs().stream().filter(s -> !is(s)).toList();
  }

  private static boolean is(String spec) {
    if (!spec.startsWith("opencl")) {
      return false;
    }
    try (Device d = Devices.open(spec)) {
      return d.info().name().startsWith("llvmpipe");
    }
  }
}
