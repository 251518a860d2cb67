package dev.tandem.orchestrator.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Text files that appear whole or not at all. */
final class WholeFiles {
  private WholeFiles() {}

  /** Writes to a temporary file beside the target, then renames. */
  static void write(Path file, String text) {
    Path target = file.toAbsolutePath();
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      Files.createDirectories(target.getParent());
      try {
        Files.writeString(temporary, text);
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new LabException("cannot write '" + file + "': " + e.getMessage(), e);
    }
  }
}
