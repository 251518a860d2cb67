package dev.tandem.app;

import dev.tandem.orchestrator.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

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
   * The file of every picture; seeds must differ.
   *
   * @throws UsageException if two pictures would get the same file
   */
  List<Path> files(List<Request> requests) {
    return OutputFiles.of(pattern, requests, this::file);
  }

  private Path file(int index, Request r) {
    return Path.of(
        pattern
            .replace("{index}", String.format(Locale.ROOT, "%04d", index))
            .replace("{seed}", Long.toUnsignedString(r.seed()))
            .replace("{prompt}", slug(r.prompt())));
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
