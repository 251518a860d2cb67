package dev.tandem.conformance;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import java.util.List;

/**
 * Mesa's OpenCL on a processor makes machine code anew for each launch (some 40 ms of Mesa 22.3),
 * so that not every test runs on it: the table of operation cases does in kernels-opencl, a picture
 * of the default model in {@code SamePictureTest}, and all golden checks by {@code ./test golden
 * conformance/golden --device opencl:rusticl}.
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
