package dev.tandem.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects prompts from arguments, files and standard input, in that order. */
final class Prompts {
  private Prompts() {}

  /**
   * One prompt a line; blank lines are skipped.
   *
   * @param arguments prompts as given; {@code -} reads standard input
   * @param files text files in UTF-8; {@code -} reads standard input
   * @throws UsageException if a file cannot be read or there is no prompt at all
   */
  static List<String> collect(
      List<String> arguments, List<String> files, InputStream standardInput) {
    List<String> prompts = new ArrayList<>();
    for (String a : arguments) {
      if (a.equals("-")) {
        prompts.addAll(lines("-", standardInput));
      } else {
        prompts.add(a);
      }
    }
    for (String f : files) {
      if (f.equals("-")) {
        prompts.addAll(lines("-", standardInput));
      } else {
        try (InputStream in = Files.newInputStream(Path.of(f))) {
          prompts.addAll(lines(f, in));
        } catch (IOException e) {
          throw new UsageException("cannot read prompts from '" + f + "': " + reason(e));
        }
      }
    }
    if (prompts.isEmpty()) {
      throw new UsageException(
          "no prompt given; write one in quotes, or use --file prompts.txt, or - for standard input");
    }
    return prompts;
  }

  private static List<String> lines(String name, InputStream in) {
    try {
      BufferedReader reader =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
      return reader.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    } catch (java.io.UncheckedIOException e) {
      throw new UsageException("cannot read prompts from '" + name + "': " + reason(e.getCause()));
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "no such file";
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case CharacterCodingException _ -> "it is not UTF-8 text";
      default -> String.valueOf(e.getMessage());
    };
  }
}
