package dev.tandem.devices.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that cannot be written; the message is {@code cannot write 'FILE': REASON}. */
public final class FileWriteException extends UncheckedIOException {
  private static final long serialVersionUID = 1L;

  FileWriteException(Path file, IOException cause) {
    super("cannot write '" + file + "': " + reason(cause), cause);
  }

  /** Folders are made as needed; one like /proc, where none can be, says that there is none. */
  private static String reason(IOException cause) {
    if (cause instanceof NoSuchFileException e) {
      Path folder = Path.of(e.getFile()).toAbsolutePath().getParent();
      return folder != null && Files.isDirectory(folder) ? "permission denied" : "no such folder";
    }
    return FileReason.of(cause);
  }
}
