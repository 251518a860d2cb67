package dev.tandem.app;

import dev.tandem.devices.files.FileReason;
import dev.tandem.devices.files.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects prompts from arguments, files and standard input, in that order. */
final class Prompts {
  private static final String STANDARD_INPUT = "-";

  private Prompts() {}

  /**
   * One prompt a line; blank lines are skipped, and so is a byte order mark.
   *
   * @param arguments prompts as given; {@code -} reads standard input
   * @param files text files in UTF-8; {@code -} reads standard input
   * @throws UsageException if a file cannot be read or there is no prompt at all
   */
  static List<String> collect(
      List<String> arguments, List<String> files, InputStream standardInput) {
    List<String> prompts = new ArrayList<>();
    for (String a : arguments) {
      if (a.equals(STANDARD_INPUT)) {
        prompts.addAll(lines(a, standardInput));
      } else {
        prompts.add(a);
      }
    }
    for (String f : files) {
      prompts.addAll(lines(f, standardInput));
    }
    if (prompts.isEmpty()) {
      throw new UsageException(
          "no prompt given; write one in quotes, or use --file prompts.txt, or - for standard"
              + " input");
    }
    return prompts;
  }

  private static List<String> lines(String file, InputStream standardInput) {
    try {
      String text =
          file.equals(STANDARD_INPUT) ? TextFile.read(standardInput) : TextFile.read(Path.of(file));
      return text.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    } catch (IOException e) {
      throw new UsageException("cannot read prompts from '" + file + "': " + FileReason.of(e));
    }
  }
}
