package dev.tandem.app;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes text files that appear whole or not at all. */
final class WholeFile {
  private WholeFile() {}

  /** Writes the contents of a file. */
  @FunctionalInterface
  interface Contents {
    void writeTo(Writer out) throws IOException;
  }

  /**
   * Writes to a temporary file beside the target, then renames.
   *
   * @param option that named the file, for messages
   * @throws UsageException if the file cannot be written
   */
  static void write(String option, Path file, Contents contents) {
    Path target = file.toAbsolutePath();
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      Files.createDirectories(target.getParent());
      try (BufferedWriter out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
        contents.writeTo(out);
      }
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UsageException(
          option
              + " '"
              + file
              + "' cannot be written: "
              + (e instanceof AccessDeniedException ? "permission denied" : e.toString()));
    } finally {
      remove(temporary);
    }
  }

  private static void remove(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new UsageException("cannot remove '" + temporary + "': " + e);
    }
  }
}
