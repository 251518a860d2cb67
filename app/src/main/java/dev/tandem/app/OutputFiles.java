package dev.tandem.app;

import dev.tandem.orchestrator.Request;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** The file of each picture, named when it is asked for. */
final class OutputFiles extends AbstractList<Path> implements RandomAccess {
  /**
   * A number that counts up is the first or last placeholder, and no digit of another can run into
   * it: names that differ in it differ.
   */
  private static final Pattern COUNTS =
      Pattern.compile("[^{}]*\\{(seed|index)\\}[^{}0-9].*|(.*[^{}0-9])?\\{(seed|index)\\}[^{}]*");

  private final List<Request> requests;
  private final BiFunction<Integer, Request, Path> name;

  private OutputFiles(List<Request> requests, BiFunction<Integer, Request, Path> name) {
    this.requests = requests;
    this.name = name;
  }

  /**
   * The files of requests.
   *
   * @param pattern with placeholders
   * @param name of a picture and its number, by the pattern
   * @throws UsageException if two pictures would get the same file
   */
  static List<Path> of(
      String pattern, List<Request> requests, BiFunction<Integer, Request, Path> name) {
    OutputFiles files = new OutputFiles(requests, name);
    if (!COUNTS.matcher(pattern).matches()) {
      files.requireDifferent(pattern);
    }
    return files;
  }

  private void requireDifferent(String pattern) {
    Map<Path, Integer> seen = new HashMap<>();
    for (int i = 0; i < size(); i++) {
      Path file = get(i);
      Integer before = seen.put(file.toAbsolutePath().normalize(), i);
      if (before != null) {
        throw new UsageException(
            "--output '"
                + pattern
                + "' gives pictures "
                + before
                + " and "
                + i
                + " the same file '"
                + file
                + "'; add {index} or {seed}");
      }
    }
  }

  @Override
  public Path get(int index) {
    return name.apply(index, requests.get(index));
  }

  @Override
  public int size() {
    return requests.size();
  }
}
