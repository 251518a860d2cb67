package dev.tandem.kernels.opencl.plan;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/** The text of a {@code .cl} file with its includes in place, each once. */
public final class KernelSource {
  private static final int VERSION_BYTES = 8;
  private static final String FOLDER = "/dev/tandem/kernels/opencl/";
  private static final String INCLUDE = "#include \"";

  private KernelSource() {}

  /** Source of {@code name.cl}; throws {@link IllegalArgumentException} if there is none. */
  public static String load(String name) {
    StringBuilder out = new StringBuilder();
    append(name + ".cl", out, new HashSet<>());
    return out.toString();
  }

  /**
   * A digest of the source of {@code name.cl}: tuned values count for this source only. Empty for a
   * kernel that does not exist (any more).
   */
  public static String version(String name) {
    if (KernelSource.class.getResource(FOLDER + name + ".cl") == null) {
      return "";
    }
    try {
      byte[] source = load(name).getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(source);
      return HexFormat.of().formatHex(digest, 0, VERSION_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }

  private static void append(String file, StringBuilder out, Set<String> done) {
    if (!done.add(file)) {
      return;
    }
    try (InputStream in = KernelSource.class.getResourceAsStream(FOLDER + file)) {
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
