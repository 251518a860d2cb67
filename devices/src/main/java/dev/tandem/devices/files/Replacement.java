package dev.tandem.devices.files;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** A temporary file beside the target that takes its name at the end. */
record Replacement(Path target, Path temporary, OutputStream stream) implements WholeFile.Sink {
  /** With what is added, it fits where names have 143 bytes (eCryptfs), not only 255. */
  private static final int LONGEST_TEMPORARY = 100;

  private static final int LONGEST_NAME = 255;

  /** A sink for a regular file, or for one that is not there yet, in a folder that is. */
  static WholeFile.Sink of(Path target) throws IOException {
    boolean exists = existsWritable(target);
    try {
      Replacement r = create(target);
      if (exists) {
        keepPermissions(target, r.temporary);
      }
      return r;
    } catch (AccessDeniedException e) {
      if (!exists) {
        throw e;
      }
      return InPlace.over(target); // the file may be written, its folder may not
    }
  }

  private static boolean existsWritable(Path target) throws IOException {
    boolean exists = Files.exists(target);
    if (exists) {
      Files.newOutputStream(target, StandardOpenOption.WRITE).close(); // else it says why not
    }
    return exists;
  }

  private static Replacement create(Path target) throws IOException {
    String name = FileName.cut(target.getFileName().toString(), LONGEST_TEMPORARY);
    while (true) {
      String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
      Path temporary = target.resolveSibling("." + name + "." + random + ".tmp");
      try {
        return new Replacement(
            target,
            temporary,
            Files.newOutputStream(
                temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
      } catch (FileAlreadyExistsException e) {
        // Another process has that name: the next one is drawn.
      }
    }
  }

  private static void keepPermissions(Path from, Path to) throws IOException {
    PosixFileAttributeView old = Files.getFileAttributeView(from, PosixFileAttributeView.class);
    if (old != null) {
      Files.setPosixFilePermissions(to, old.readAttributes().permissions());
    }
  }

  static boolean writeNew(Path path, byte[] bytes) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Path absolute = path.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Replacement r = create(absolute);
    try {
      r.stream.write(bytes);
      r.sync();
      return r.takeFreeName();
    } finally {
      r.abandon();
    }
  }

  /** A second name for a file is refused if it is taken; a rename would replace. */
  private boolean takeFreeName() throws IOException {
    try {
      Files.createLink(target, temporary);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (FileSystemException | UnsupportedOperationException e) {
      try {
        Files.move(temporary, target); // a file system without links
        return true;
      } catch (FileAlreadyExistsException taken) {
        return false;
      }
    }
  }

  private void sync() throws IOException {
    stream.close();
    try (FileOutputStream file = new FileOutputStream(temporary.toFile(), true)) {
      file.getFD().sync();
    }
  }

  @Override
  public void commit() throws IOException {
    sync();
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException e) {
      if (!Files.isRegularFile(target)) {
        throw e;
      }
      Files.copy(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      abandon();
    }
  }

  @Override
  public void abandon() throws IOException {
    try {
      stream.close();
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Whether {@link #of} would work, if folders were made as needed. */
  static void check(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    Path folder = absolute.getParent() == null ? absolute : absolute.getParent();
    while (folder.getParent() != null && !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      refuseLong(folder);
      folder = folder.getParent();
    }
    refuseLong(absolute);
    if (!Files.isDirectory(folder)) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    Path probe = folder.equals(absolute.getParent()) ? absolute : folder.resolve("tandem");
    if (Target.of(probe) instanceof Target.Regular r) {
      boolean exists = existsWritable(r.file());
      try {
        create(r.file()).abandon();
      } catch (AccessDeniedException e) {
        if (!exists) {
          throw e;
        }
      }
    }
  }

  private static void refuseLong(Path path) throws IOException {
    if (FileName.bytes(path.getFileName().toString()) > LONGEST_NAME) {
      throw new FileSystemException(path.toString(), null, "File name too long");
    }
  }
}
