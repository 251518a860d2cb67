package dev.tandem.app;

import dev.tandem.devices.files.FileWriteException;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.devices.profile.ProfileFile;
import java.nio.file.Path;

/** The profile that a long measurement is to write. */
final class ProfileOutput {
  private ProfileOutput() {}

  /** Finds before anything is measured that the profile cannot be written. */
  static void check(Path file) {
    try {
      WholeFile.check(file);
    } catch (FileWriteException e) {
      if (file.equals(ProfileFile.ofThisMachine())) {
        throw new UsageException(
            e.getMessage() + "; name another with --output, or set XDG_CONFIG_HOME");
      }
      throw e;
    }
  }
}
