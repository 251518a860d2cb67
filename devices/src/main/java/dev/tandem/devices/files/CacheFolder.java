package dev.tandem.devices.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where files are kept that can be made again: {@code $XDG_CACHE_HOME/tandem}, else the user's
 * cache folder, else a folder of this user among the temporary files (a container may have no home,
 * or one that cannot be written).
 *
 * @param environment variables of the process
 * @param home the user's, where there is one
 * @param temporary the system's folder of temporary files
 */
public record CacheFolder(Map<String, String> environment, Optional<Path> home, Path temporary) {
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  /** That of this process. */
  public static CacheFolder ofThisProcess() {
    return new CacheFolder(
        System.getenv(),
        UserHome.folder(System.getenv()),
        Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * The first folder that can be written; it exists.
   *
   * @throws IOException if there is none; the message says what to set
   */
  public Path writable() throws IOException {
    List<String> refused = new ArrayList<>();
    for (Path folder : usual()) {
      try {
        Files.createDirectories(folder);
        if (Files.isWritable(folder)) {
          return folder;
        }
        refused.add(folder.toString());
      } catch (IOException e) {
        refused.add(folder.toString());
      }
    }
    try {
      return ownTemporary();
    } catch (IOException e) {
      refused.add(e.getMessage());
      throw new IOException(
          "no folder for cached files can be written ("
              + String.join(", ", refused)
              + "); set XDG_CACHE_HOME to one that can",
          e);
    }
  }

  /** Folders in which files may have been put before, best first; they need not exist. */
  public List<Path> usual() {
    List<Path> folders = new ArrayList<>();
    UserHome.named(environment, "XDG_CACHE_HOME").ifPresent(folders::add);
    UserHome.named(environment, "LOCALAPPDATA").ifPresent(folders::add);
    boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
    home.ifPresent(h -> folders.add(h.resolve(mac ? "Library/Caches" : ".cache")));
    return folders.stream().map(f -> f.resolve("tandem")).toList();
  }

  /** Others can write there too, so it must be this user's and closed to them. */
  private Path ownTemporary() throws IOException {
    Path mine = Files.createTempFile(temporary, "tandem", ".user");
    try {
      if (Files.getFileStore(mine).supportsFileAttributeView("unix")) {
        return closed(Files.getAttribute(mine, "unix:uid"));
      }
      return Files.createDirectories(temporary.resolve("tandem"));
    } finally {
      Files.deleteIfExists(mine);
    }
  }

  private Path closed(Object user) throws IOException {
    Path folder = temporary.resolve("tandem-" + user);
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    boolean owned =
        Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && user.equals(Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    if (!owned || Files.getPosixFilePermissions(folder).stream().anyMatch(OTHERS_WRITE::contains)) {
      throw new IOException(folder + " is another user's");
    }
    return Files.createDirectories(folder.resolve("tandem"));
  }
}
