package dev.tandem.app;

import dev.tandem.devices.files.FileName;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.request.Request;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where pictures go: a file ({@code apple.png}), a folder ({@code pictures/}), or a pattern with
 * {@code {prompt}}, {@code {seed}} and {@code {index}}.
 */
final class OutputPattern {
  static final String DEFAULT = "out/{prompt}-{seed}.png";
  private static final String PROMPT = "{prompt}";
  private static final int LONGEST_PROMPT = 80;
  private static final int LONGEST_NAME = 255; // bytes
  private static final int NUMBER = 8; // bytes for the -2 of a name that is taken
  private static final int MOST_CHECKED = 1000;
  private static final Set<String> OTHER_TYPES =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "jp2", "jxl", "webp", "gif", "bmp", "dib", "tif", "tiff",
          "avif", "heic", "heif", "ico", "svg", "ppm", "pgm", "pnm", "pam", "tga", "psd", "exr",
          "hdr", "qoi", "apng", "mng", "pdf", "mp4", "webm");
  private static final Set<String> RESERVED =
      Set.of(
          "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
          "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9");

  private final String pattern;

  OutputPattern(String text) {
    refuseWhatIsNoPng(text);
    boolean folder = isFolder(text);
    String full = folder ? text + "/{prompt}-{seed}.png" : text;
    if (!full.toLowerCase(Locale.ROOT).endsWith(".png") && !isDevice(text)) {
      full = text.contains("{") ? full + ".png" : full + "/{prompt}-{seed}.png";
    }
    String rest = full.replace(PROMPT, "").replace("{seed}", "").replace("{index}", "");
    if (rest.contains("{") || rest.contains("}")) {
      throw new UsageException(
          "--output '" + text + "' has an unknown placeholder; use {prompt}, {seed} or {index}");
    }
    pattern = full;
  }

  private static boolean isFolder(String text) {
    return text.endsWith("/") || text.endsWith("\\") || Files.isDirectory(path(text));
  }

  /** A terminal, a pipe or another thing that is no regular file is written as it is. */
  private static boolean isDevice(String text) {
    Path path = path(text);
    return Files.exists(path)
        && !Files.isDirectory(path)
        && (!Files.isRegularFile(path) || text.startsWith("/dev/"));
  }

  private static void refuseWhatIsNoPng(String text) {
    if (text.isBlank()) {
      throw new UsageException("--output is empty; name a file, a folder or a pattern");
    }
    if (text.equals("-")) {
      throw new UsageException(
          "--output -: pictures are files, PNG only; --output /dev/stdout writes one to standard"
              + " output");
    }
    String type = text.substring(text.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (OTHER_TYPES.contains(type) && text.contains(".") && !isFolder(text)) {
      throw new UsageException(
          "--output '" + text + "': PNG only; end the name in .png, or in / for a folder");
    }
  }

  /** Whether all pictures get one file: the user named it, and it is replaced. */
  boolean isOneFile() {
    return !pattern.contains("{");
  }

  /**
   * Finds before anything runs what cannot be written: the folders of the first pictures, and more
   * than one picture for one file.
   *
   * @throws UsageException if several pictures would get the one file that was named
   * @throws dev.tandem.devices.files.FileWriteException if a file could not be written
   */
  void check(List<Request> requests) {
    if (isOneFile() && requests.size() > 1) {
      throw new UsageException(
          "--output '" + pattern + "' gives pictures 0 and 1 the same file; add {index} or {seed}");
    }
    Set<Path> folders = new HashSet<>();
    for (int i = 0; i < Math.min(requests.size(), MOST_CHECKED); i++) {
      Path file = file(i, requests.get(i));
      if (folders.add(file.toAbsolutePath().getParent())) {
        WholeFile.check(file);
      }
    }
  }

  /**
   * The file of a picture; a prompt is cut to what a file's name can have.
   *
   * @param index of the picture, from 0
   */
  Path file(int index, Request r) {
    String filled =
        pattern
            .replace("{index}", fourDigits(index))
            .replace("{seed}", Long.toUnsignedString(r.seed()));
    return path(
        Arrays.stream(filled.split("/", -1))
            .map(part -> part.contains(PROMPT) ? part(part, slug(r.prompt())) : part)
            .collect(Collectors.joining("/")));
  }

  private static String part(String part, String slug) {
    String rest = part.replace(PROMPT, "");
    int times = (part.length() - rest.length()) / PROMPT.length();
    int room = (LONGEST_NAME - NUMBER - FileName.bytes(rest)) / times;
    return part.replace(PROMPT, FileName.cut(slug, room).replaceAll("-+$", ""));
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UsageException("--output '" + text + "': " + Main.message(e));
    }
  }

  /** Not by a format: the first one of a program loads the rules of all languages. */
  private static String fourDigits(int index) {
    String digits = Integer.toString(index);
    return "0".repeat(Math.max(0, 4 - digits.length())) + digits;
  }

  /** A prompt as a file name that every system takes. */
  static String slug(String prompt) {
    String s = prompt.strip().replaceAll("[^\\p{L}\\p{M}\\p{N}]+", "-").replaceAll("^-+|-+$", "");
    if (s.codePointCount(0, s.length()) > LONGEST_PROMPT) {
      s = s.substring(0, s.offsetByCodePoints(0, LONGEST_PROMPT));
    }
    boolean unusable = s.isEmpty() || RESERVED.contains(s.toLowerCase(Locale.ROOT));
    return unusable ? s.isEmpty() ? "picture" : "picture-" + s : s;
  }
}
