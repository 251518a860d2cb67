package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.files.FileReason;
import dev.tandem.kernels.opencl.plan.KernelArgument;
import dev.tandem.kernels.opencl.plan.PlannedKernel;
import dev.tandem.kernels.opencl.plan.PrebuiltSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sources of prebuilt kernels as files, from which TornadoVM reads them: in a folder that exists
 * while a graph is compiled.
 */
final class PrebuiltSources implements AutoCloseable {
  /** What TornadoVM passes before the arguments. */
  private static final String HIDDEN =
      "__global long *_kernel_context, __constant uchar *_constant_region,"
          + " __local uchar *_local_region, __global int *_atomics";

  /** A file that is yet to be written. */
  static final class Source {
    private final String name;
    private Path folder = Path.of("");

    private Source(String name) {
      this.name = name;
    }

    Path path() {
      return folder.resolve(name);
    }
  }

  private final Map<String, Source> byText = new LinkedHashMap<>();
  private Path folder;

  /** The file for a kernel; kernels of one text share it. */
  Source of(PlannedKernel k) {
    List<Long> local =
        k.arguments().stream()
            .filter(KernelArgument.Local.class::isInstance)
            .map(a -> ((KernelArgument.Local) a).bytes())
            .toList();
    String text = PrebuiltSource.of(k.program().source(), k.entry(), HIDDEN, local);
    return byText.computeIfAbsent(text, _ -> new Source("kernel" + byText.size() + ".cl"));
  }

  /**
   * Writes all files, if there are any.
   *
   * @throws DeviceException if it cannot
   */
  void write() {
    if (byText.isEmpty()) {
      return;
    }
    try {
      folder = Files.createTempDirectory("tandem-kernels");
      for (Map.Entry<String, Source> s : byText.entrySet()) {
        s.getValue().folder = folder;
        Files.writeString(s.getValue().path(), s.getKey());
      }
    } catch (IOException e) {
      close();
      throw new DeviceException(
          "sources of kernels cannot be written to "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + FileReason.of(e),
          e);
    }
  }

  @Override
  public void close() {
    if (folder == null) {
      return;
    }
    try {
      for (Source s : byText.values()) {
        Files.deleteIfExists(s.path());
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      System.getLogger(PrebuiltSources.class.getName())
          .log(System.Logger.Level.DEBUG, "sources of kernels stay behind: {0}", e.getMessage());
    }
  }
}
