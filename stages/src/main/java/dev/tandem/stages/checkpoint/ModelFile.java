package dev.tandem.stages.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of a model as downloads leave it: what is there in its place is named, before anyone tries
 * to make sense of it.
 */
public final class ModelFile {
  /** As much of a file's beginning as {@link #requireContent} looks at, bytes. */
  static final int HEAD_BYTES = 512;

  /** github.com/git-lfs/git-lfs, {@code docs/spec.md}: a pointer is smaller than this. */
  private static final int MOST_POINTER_BYTES = 1024;

  private static final int SHOWN = 60;

  private static final Pattern POINTER =
      Pattern.compile("version https://\\S+/spec/v\\d+\n[\\s\\S]*?oid [a-z0-9]+:[\\s\\S]*");
  private static final Pattern POINTER_SIZE = Pattern.compile("(?m)^size (\\d+)$");

  private ModelFile() {}

  /**
   * Whether anything of that name is there, even a folder or a link that leads nowhere: reading it
   * then says so.
   */
  public static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * All of a file.
   *
   * @throws CheckpointException if it is missing, empty, a Git LFS pointer, a web page, or cannot
   *     be read
   */
  public static byte[] read(Path file) {
    requireFile(file);
    try {
      byte[] bytes = Files.readAllBytes(file);
      requireContent(file, Arrays.copyOf(bytes, Math.min(bytes.length, HEAD_BYTES)), bytes.length);
      return bytes;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Refuses what is no file, with the reason. */
  static void requireFile(Path file) {
    if (Files.isRegularFile(file)) {
      return;
    }
    if (Files.isSymbolicLink(file) && !Files.exists(file)) {
      throw new CheckpointException(
          file
              + " is a link to "
              + target(file)
              + ", which does not exist; fetch the whole model folder, or copy it with the files"
              + " that its links lead to (cp -rL)");
    }
    throw new CheckpointException(
        file
            + (Files.isDirectory(file)
                ? " is a folder, not a file"
                : Files.exists(file) ? " is not a file" : " does not exist")
            + "; check the path, or fetch the whole model folder");
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "something that cannot be read (" + e.getMessage() + ")";
    }
  }

  /**
   * Refuses what stands in the place of a file that was not fetched.
   *
   * @param head its first bytes
   * @param size of the file, bytes
   */
  static void requireContent(Path file, byte[] head, long size) {
    if (size == 0) {
      throw new CheckpointException(file + " is empty; fetch it again");
    }
    String text = new String(head, StandardCharsets.UTF_8);
    if (size < MOST_POINTER_BYTES && POINTER.matcher(text).matches()) {
      Matcher m = POINTER_SIZE.matcher(text);
      throw new CheckpointException(
          file
              + " is a Git LFS pointer, not the file"
              + (m.find() ? " of " + m.group(1) + " bytes" : "")
              + "; run git lfs pull in the model folder");
    }
    String start = text.replace("\ufeff", "").stripLeading().toLowerCase(Locale.ROOT);
    if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
      throw new CheckpointException(
          file
              + " is a web page, not the file (a download that was answered with an error or a"
              + " login); fetch it again");
    }
  }

  /**
   * What a file that should be safetensors seems to be, by its first bytes.
   *
   * @param head at least 8 bytes
   */
  static Optional<String> beginning(byte[] head) {
    String latin = new String(head, StandardCharsets.ISO_8859_1);
    if (latin.startsWith("PK\u0003\u0004") || head[0] == (byte) 0x80) {
      return Optional.of("looks like weights pickled by PyTorch, whatever its name says");
    }
    if (latin.startsWith("GGUF")) {
      return Optional.of("is a GGUF file, which is not supported");
    }
    String start = latin.lines().findFirst().orElse("");
    start = start.substring(0, Math.min(start.length(), SHOWN));
    return start.length() >= Long.BYTES && start.chars().allMatch(c -> c >= ' ' && c <= '~')
        ? Optional.of("begins with the text '" + start + "', so it is no safetensors file")
        : Optional.empty();
  }

  static CheckpointException unreadable(Path file, IOException e) {
    return new CheckpointException(file + " cannot be read: " + e, e);
  }
}
