package dev.tandem.devices.profile;

import dev.tandem.devices.files.FileReason;
import dev.tandem.devices.files.TextFile;
import dev.tandem.devices.files.UserHome;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.devices.json.JsonFileException;
import dev.tandem.devices.json.StrictJson;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.Consumer;
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
    Map<String, String> environment = System.getenv();
    return ofThisMachine(environment, UserHome.folder(environment).orElse(Path.of("/")));
  }

  static Path ofThisMachine(Map<String, String> environment, Path home) {
    String given = environment.getOrDefault("TANDEM_PROFILE", "");
    if (!given.isBlank()) {
      return Path.of(given);
    }
    Path config =
        UserHome.named(environment, "XDG_CONFIG_HOME").orElseGet(() -> home.resolve(".config"));
    return config.resolve("tandem").resolve("profile.json");
  }

  /**
   * Reads a profile.
   *
   * @throws JsonFileException if it cannot be read, with line and field
   */
  public static Profile load(Path file) {
    return load(file, profile -> {});
  }

  /**
   * Reads a profile.
   *
   * @param check refuses what its user cannot take, with a {@link
   *     dev.tandem.devices.json.FieldException}
   * @throws JsonFileException if it cannot be read or is refused, with line and field
   */
  public static Profile load(Path file, Consumer<Profile> check) {
    try {
      return StrictJson.read(file.toString(), TextFile.read(file), Profile.class, check);
    } catch (NoSuchFileException e) {
      throw new JsonFileException(
          file.toString(), 0, "", "there is no such file; 'tandem calibrate' writes one", e);
    } catch (IOException e) {
      throw new JsonFileException(file.toString(), 0, "", "cannot be read: " + FileReason.of(e), e);
    }
  }

  /**
   * Reads a profile's text.
   *
   * @param file where it comes from, for errors
   * @throws JsonFileException if it is no profile, with line and field
   */
  public static Profile parse(Path file, String text) {
    return StrictJson.read(file.toString(), text, Profile.class);
  }

  /** Writes a profile; whoever reads meanwhile sees the old file or the new one, whole. */
  public static void save(Path file, Profile profile) {
    WholeFile.write(file, StrictJson.write(profile));
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
    WholeFile.check(file);
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      Profile fresh = change.apply(initial.get()); // a pipe or device has nothing to keep
      save(file, fresh);
      return fresh;
    }
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
      throw new JsonFileException(
          file.toString(), 0, "", "cannot be locked: " + FileReason.of(e), e);
    }
  }
}
