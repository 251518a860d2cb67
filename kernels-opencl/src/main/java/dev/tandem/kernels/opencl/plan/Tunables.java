package dev.tandem.kernels.opencl.plan;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Values of one kernel's tunables, by the names in its {@code .cl} file. */
public record Tunables(SortedMap<String, Integer> values) {
  public Tunables {
    values = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  public static Tunables of(Map<String, Integer> values) {
    return new Tunables(new TreeMap<>(values));
  }

  /** One value; throws {@link IllegalArgumentException} that lists what there is. */
  public int get(String name) {
    Integer v = values.get(name);
    if (v == null) {
      throw new IllegalArgumentException("no tunable '" + name + "' in " + values);
    }
    return v;
  }

  public Tunables with(String name, int value) {
    SortedMap<String, Integer> m = new TreeMap<>(values);
    m.put(name, value);
    return new Tunables(m);
  }

  public Tunables without(String name) {
    SortedMap<String, Integer> m = new TreeMap<>(values);
    m.remove(name);
    return new Tunables(m);
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
