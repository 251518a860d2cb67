package dev.tandem.app;

import dev.tandem.orchestrator.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where pictures go: a file ({@code apple.png}), a folder ({@code pictures/}), or a pattern with
 * {@code {prompt}}, {@code {seed}} and {@code {index}}.
 */
final class OutputPattern {
  static final String DEFAULT = "out/{prompt}-{seed}.png";
  private static final int LONGEST_PROMPT = 80;

  private final String pattern;

  OutputPattern(String text) {
    boolean folder = text.endsWith("/") || text.endsWith("\\") || Files.isDirectory(Path.of(text));
    String full = folder ? text + "/{prompt}-{seed}.png" : text;
    if (!full.toLowerCase(Locale.ROOT).endsWith(".png")) {
      full = text.contains("{") ? full + ".png" : full + "/{prompt}-{seed}.png";
    }
    String rest = full.replace("{prompt}", "").replace("{seed}", "").replace("{index}", "");
    if (rest.contains("{") || rest.contains("}")) {
      throw new UsageException(
          "--output '" + text + "' has an unknown placeholder; use {prompt}, {seed} or {index}");
    }
    pattern = full;
  }

  /**
   * The file of every picture.
   *
   * @throws UsageException if two pictures would get the same file
   */
  List<Path> files(List<Request> requests) {
    List<Path> files = new ArrayList<>();
    Map<Path, Integer> seen = new HashMap<>();
    for (int i = 0; i < requests.size(); i++) {
      Path file = file(i, requests.get(i));
      Integer before = seen.put(file.toAbsolutePath().normalize(), i);
      if (before != null) {
        throw new UsageException(
            "--output '"
                + pattern
                + "' gives pictures "
                + before
                + " and "
                + i
                + " the same file '"
                + file
                + "'; add {index} or {seed}");
      }
      files.add(file);
    }
    return files;
  }

  private Path file(int index, Request r) {
    return Path.of(
        pattern
            .replace("{index}", fourDigits(index))
            .replace("{seed}", Long.toString(r.seed()))
            .replace("{prompt}", slug(r.prompt())));
  }

  /** Not by a format: the first one of a program loads the rules of all languages. */
  private static String fourDigits(int index) {
    String digits = Integer.toString(index);
    return "0".repeat(Math.max(0, 4 - digits.length())) + digits;
  }

  /** A prompt as a file name that every system takes. */
  static String slug(String prompt) {
    String s = prompt.strip().replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-+|-+$", "");
    if (s.length() > LONGEST_PROMPT) {
      s = s.substring(0, s.offsetByCodePoints(0, s.codePointCount(0, LONGEST_PROMPT)));
    }
    return s.isEmpty() ? "picture" : s;
  }
}
