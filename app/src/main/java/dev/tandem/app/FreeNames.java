package dev.tandem.app;

import dev.tandem.devices.files.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes files whose names come from a pattern, which the user did not choose one by one: what is
 * there is never replaced, but a number appended ({@code apple-42-2.png}). The same bytes again
 * keep their name. For one thread.
 */
final class FreeNames {
  private static final int REMEMBERED = 1000;

  /** The numbers that this run has used last, of names that were taken; it spares looking. */
  private final Map<Path, Integer> used =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Writes a file under a name that is free.
   *
   * @return the name
   * @throws dev.tandem.devices.files.FileWriteException if it cannot be written
   */
  Path write(Path wanted, byte[] bytes) {
    boolean known = used.containsKey(wanted);
    if (holds(wanted, bytes) || (!known && WholeFile.writeNew(wanted, bytes))) {
      return wanted;
    }
    for (int number = used.getOrDefault(wanted, 1) + 1; ; number++) {
      Path file = numbered(wanted, number);
      if (holds(file, bytes) || WholeFile.writeNew(file, bytes)) {
        used.put(wanted, number);
        return file;
      }
    }
  }

  private static Path numbered(Path file, int number) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling(name.substring(0, dot) + "-" + number + name.substring(dot));
  }

  private static boolean holds(Path file, byte[] bytes) {
    try {
      return Files.isRegularFile(file)
          && Files.size(file) == bytes.length
          && Arrays.equals(Files.readAllBytes(file), bytes);
    } catch (IOException e) {
      return false; // not readable: it stays as it is, under its name
    }
  }
}
