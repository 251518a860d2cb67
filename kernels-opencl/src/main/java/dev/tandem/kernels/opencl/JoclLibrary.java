package dev.tandem.kernels.opencl;

import dev.tandem.devices.files.FileWriteException;
import dev.tandem.devices.files.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jocl.CL;

/**
 * JOCL's native library. JOCL unpacks it into the folder of temporary files and later takes
 * whatever has its name there: a file that another process has half written, or a damaged one.
 *
 * @param folder of temporary files
 */
record JoclLibrary(Path folder) {
  static final String NAME = "JOCL_2_0_6";

  /** Where JOCL looks for it. */
  static JoclLibrary ofThisProcess() {
    return new JoclLibrary(Path.of(System.getProperty("java.io.tmpdir")));
  }

  static String fileName() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String system = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "apple" : "linux";
    String arch = System.getProperty("os.arch");
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    return System.mapLibraryName(NAME + "-" + system + "-" + (arm ? "arm64" : "x86_64"));
  }

  /**
   * Puts a whole library there before JOCL looks; to be called before the first call of JOCL.
   *
   * @throws UnsatisfiedLinkError if another one is there that cannot be replaced
   */
  void unpack() {
    Path file = folder.resolve(fileName());
    try (InputStream in = CL.class.getResourceAsStream("/lib/" + fileName())) {
      if (in == null) {
        return; // JOCL has none for this system and says so
      }
      byte[] library = in.readAllBytes();
      if (!Files.isRegularFile(file) || !Arrays.equals(Files.readAllBytes(file), library)) {
        WholeFile.write(file, library);
      }
    } catch (IOException | FileWriteException e) {
      throw new UnsatisfiedLinkError("JOCL's library is not whole: " + e.getMessage());
    }
  }
}
