package dev.tandem.lab;

import dev.tandem.stages.checkpoint.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Tells whether a model folder is still the one that results were drawn with. */
final class Fingerprint {
  private static final int DIGITS = 16;

  private Fingerprint() {}

  /**
   * A hash of all weights and settings in the folder's parts, and of the base that a student's are
   * a difference from; golden data does not count.
   */
  static String of(Path folder) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      add(digest, folder);
      ModelFolder.open(folder).base().ifPresent(base -> add(digest, base.folder()));
      return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void add(MessageDigest digest, Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> files =
          walk.filter(Files::isRegularFile)
              .filter(f -> f.toString().endsWith(".safetensors") || f.toString().endsWith(".json"))
              .filter(f -> !f.getFileName().toString().startsWith("golden."))
              .sorted()
              .toList();
      for (Path file : files) {
        digest.update(
            folder.relativize(file).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new LabException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }
}
