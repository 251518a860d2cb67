package dev.tandem.kernels.opencl.tuning;

import java.util.List;
import java.util.TreeSet;

/** A tunable by its name in the {@code .cl} file, and the values a search may give it. */
public record Parameter(String name, List<Integer> values) {
  public Parameter {
    values = List.copyOf(values);
    if (values.isEmpty() || new TreeSet<>(values).size() != values.size()) {
      throw new IllegalArgumentException(name + " needs values, each once, got " + values);
    }
  }

  static Parameter of(String name, Integer... values) {
    return new Parameter(name, List.of(values));
  }
}
