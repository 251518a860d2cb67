package dev.tandem.devices.profile;

import dev.tandem.devices.json.JsonFileException;
import dev.tandem.devices.json.StrictJson;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Profiles as files. */
public final class ProfileFile {
  private ProfileFile() {}

  /**
   * Where this machine's own profile lies: {@code TANDEM_PROFILE}, else {@code
   * $XDG_CONFIG_HOME/tandem/profile.json}, else {@code ~/.config/tandem/profile.json}.
   */
  public static Path ofThisMachine() {
    return ofThisMachine(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  static Path ofThisMachine(Map<String, String> environment, Path home) {
    String given = environment.getOrDefault("TANDEM_PROFILE", "");
    if (!given.isBlank()) {
      return Path.of(given);
    }
    String xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path config = xdg.isBlank() ? home.resolve(".config") : Path.of(xdg);
    return config.resolve("tandem").resolve("profile.json");
  }

  /**
   * Reads a profile.
   *
   * @throws JsonFileException if it cannot be read, with line and field
   */
  public static Profile load(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new JsonFileException(
          file.toString(), 0, "", "there is no such file; 'tandem calibrate' writes one", e);
    } catch (IOException e) {
      throw new JsonFileException(file.toString(), 0, "", "cannot be read: " + e, e);
    }
    return StrictJson.read(file.toString(), text, Profile.class);
  }

  /** Writes a profile; whoever reads meanwhile sees the old file or the new one, whole. */
  public static void save(Path file, Profile profile) {
    Path target = file.toAbsolutePath();
    try {
      Files.createDirectories(target.getParent());
      Path written = Files.createTempFile(target.getParent(), target.getFileName() + ".", ".tmp");
      try {
        Files.writeString(written, StrictJson.write(profile));
        Files.move(
            written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      throw new JsonFileException(file.toString(), 0, "", "cannot be written: " + e, e);
    }
  }

  /**
   * Changes a profile while no other program or thread does, so that each keeps what the others
   * wrote.
   *
   * @param initial the profile to start from if there is no file yet
   * @return what was written
   */
  public static synchronized Profile update(
      Path file, Supplier<Profile> initial, UnaryOperator<Profile> change) {
    Path lockFile = file.toAbsolutePath().resolveSibling(file.getFileName() + ".lock");
    try {
      Files.createDirectories(lockFile.getParent());
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        Profile before = Files.exists(file) ? load(file) : initial.get();
        Profile after = change.apply(before);
        save(file, after);
        return after;
      }
    } catch (IOException e) {
      throw new JsonFileException(file.toString(), 0, "", "cannot be locked: " + e, e);
    }
  }
}
