package dev.tandem.devices.files;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a path to be written leads to, once links are followed. */
sealed interface Target {
  /** Linux's limit. */
  int MOST_LINKS = 40;

  /** The folders in which a process has its open files: {@code /dev/fd} leads there. */
  Pattern OPEN_FILES = Pattern.compile("/proc/\\d+(/task/\\d+)?/fd");

  /** A file, or nothing yet: it is replaced by a whole one. */
  record Regular(Path file) implements Target {}

  /** A device, a pipe or a file that a process has open: it stays what it is. */
  record InPlace(Path file) implements Target {}

  /** Standard output (1) or standard error (2) of this process. */
  record Standard(int descriptor) implements Target {}

  /**
   * Follows links. Folders that lack are made.
   *
   * @throws IOException if a folder cannot be made, links go round in circles or the path is a
   *     folder
   */
  static Target of(Path path) throws IOException {
    Path at = path.toAbsolutePath();
    for (int i = 0; i < MOST_LINKS; i++) {
      Path name = at.getFileName();
      if (name == null || name.toString().equals("..") || name.toString().equals(".")) {
        return regular(at);
      }
      Files.createDirectories(at.getParent());
      Path folder = at.getParent().toRealPath();
      at = folder.resolve(name);
      if (OPEN_FILES.matcher(folder.toString()).matches()) {
        return standard(folder, name).orElse(new InPlace(at));
      }
      if (!Files.isSymbolicLink(at)) {
        return special(at) ? new InPlace(at) : regular(at);
      }
      at = folder.resolve(Files.readSymbolicLink(at));
    }
    throw new FileSystemLoopException(path.toString());
  }

  private static Target regular(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new java.nio.file.FileSystemException(file.toString(), null, "Is a directory");
    }
    return new Regular(file);
  }

  private static Optional<Target> standard(Path folder, Path name) {
    boolean own = folder.startsWith("/proc/" + ProcessHandle.current().pid());
    return switch (name.toString()) {
      case "1" -> own ? Optional.of(new Standard(1)) : Optional.empty();
      case "2" -> own ? Optional.of(new Standard(2)) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static boolean special(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
  }
}
