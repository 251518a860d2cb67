package dev.tandem.kernels.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** The text of a {@code .cl} file with its includes in place, each once. */
final class KernelSource {
  private static final String INCLUDE = "#include \"";

  private KernelSource() {}

  /** Source of {@code name.cl}; throws {@link IllegalArgumentException} if there is none. */
  static String load(String name) {
    StringBuilder out = new StringBuilder();
    append(name + ".cl", out, new HashSet<>());
    return out.toString();
  }

  private static void append(String file, StringBuilder out, Set<String> done) {
    if (!done.add(file)) {
      return;
    }
    try (InputStream in = KernelSource.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException("there is no kernel file '" + file + "'");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        if (line.startsWith(INCLUDE)) {
          append(line.substring(INCLUDE.length(), line.lastIndexOf('"')), out, done);
        } else {
          out.append(line).append('\n');
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
