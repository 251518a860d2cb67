package dev.tandem.app;

import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.planning.CostStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The profiles of machines that come with Tandem, by their names. */
final class Profiles {
  private static final String TYPE = ".json";

  private Profiles() {}

  /**
   * The file that is meant.
   *
   * @param text a file, or the name of a profile that comes with Tandem; a file comes first
   * @throws UsageException if it is neither; the message lists the names
   */
  static Path find(String text) {
    Path folder = Home.folder().resolve("profiles");
    List<String> names = names(folder);
    if (!isFile(text) && names.contains(text)) {
      return folder.resolve(text + TYPE);
    }
    if (!isFile(text)) {
      throw new UsageException(
          "--profile '"
              + text
              + "' is no file and no profile of Tandem's; there are: "
              + String.join(", ", names)
              + "; 'tandem calibrate' writes one of this machine");
    }
    return Path.of(text);
  }

  /**
   * Reads a profile to plan with.
   *
   * @throws dev.tandem.devices.json.JsonFileException if it cannot be read, with line and field
   */
  static Profile load(Path file) {
    return ProfileFile.load(file, CostStage::require);
  }

  /** Reads the profile that {@link #find} finds. */
  static Profile load(String text) {
    return load(find(text));
  }

  /** Pipes count too, folders do not. */
  private static boolean isFile(String text) {
    try {
      Path file = Path.of(text);
      return Files.exists(file) && !Files.isDirectory(file);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(TYPE) && !f.endsWith(".schema" + TYPE))
          .map(f -> f.substring(0, f.length() - TYPE.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of(); // installed without profiles
    }
  }
}
