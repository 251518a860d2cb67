package dev.tandem.kernels.opencl.plan;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A {@code .cl} file with the values that it is built with. Equal ones are the same program.
 *
 * @param file without its folder and ending, for example {@code gemm_panel}
 * @param defines preprocessor definitions: tunables and what else depends on device and shape
 */
public record KernelProgram(String file, SortedMap<String, Integer> defines) {
  public KernelProgram {
    defines = Collections.unmodifiableSortedMap(new TreeMap<>(defines));
  }

  /** A program for a device. */
  public static KernelProgram of(String file, Map<String, Integer> defines, DeviceTraits device) {
    SortedMap<String, Integer> all = new TreeMap<>(defines);
    if (device.fma()) {
      all.put("USE_FMA", 1);
    }
    return new KernelProgram(file, all);
  }

  /**
   * The language version, as the option {@code -cl-std} takes it. A program that is built for an
   * older one than it asks for computes the same.
   */
  public String language() {
    return defines.containsKey("DOT") ? "CL3.0" : "CL1.2";
  }

  /** The text to be built without any options but the {@link #language}. */
  public String source() {
    StringBuilder s = new StringBuilder();
    defines.forEach((k, v) -> s.append("#define ").append(k).append(' ').append(v).append('\n'));
    return s.append(KernelSource.load(file)).toString();
  }
}
