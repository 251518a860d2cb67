package dev.tandem.kernels.opencl.tuning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The combinations of tunables that a search may pick for a kernel.
 *
 * @param kernel the kernel file
 * @param branch the parameter that decides whether other kernels are used instead: each of its
 *     values is searched by itself
 */
public record Space(
    String kernel,
    List<Parameter> parameters,
    List<Constraint> constraints,
    Optional<String> branch) {
  public Space {
    parameters = List.copyOf(parameters);
    constraints = List.copyOf(constraints);
  }

  /** Every combination that is possible on a device, in a fixed order. */
  public List<Map<String, Integer>> candidates(Limits limits) {
    List<Map<String, Integer>> all = new ArrayList<>();
    extend(new TreeMap<>(), 0, limits, all);
    return all;
  }

  private void extend(
      Map<String, Integer> chosen, int next, Limits limits, List<Map<String, Integer>> all) {
    if (next == parameters.size()) {
      if (allows(chosen, limits)) {
        all.add(java.util.Collections.unmodifiableMap(new TreeMap<>(chosen)));
      }
      return;
    }
    Parameter p = parameters.get(next);
    for (int v : p.values()) {
      chosen.put(p.name(), v);
      extend(chosen, next + 1, limits, all);
    }
    chosen.remove(p.name());
  }

  /** The space of those parameters only that a device's values have. */
  public Space of(Set<String> names) {
    return new Space(
        kernel,
        parameters.stream().filter(p -> names.contains(p.name())).toList(),
        constraints,
        branch);
  }

  /** Whether all constraints hold. */
  public boolean allows(Map<String, Integer> values, Limits limits) {
    return constraints.stream().allMatch(c -> c.test().holds(values, limits));
  }

  /** Combinations that differ in one parameter, by one step of its values. */
  public List<Map<String, Integer>> neighbours(Map<String, Integer> values, Limits limits) {
    List<Map<String, Integer>> all = new ArrayList<>();
    for (Parameter p : parameters) {
      int at = p.values().indexOf(values.get(p.name()));
      for (int step : new int[] {-1, 1}) {
        if (at >= 0 && at + step >= 0 && at + step < p.values().size()) {
          Map<String, Integer> n = new TreeMap<>(values);
          n.put(p.name(), p.values().get(at + step));
          if (allows(n, limits)) {
            all.add(n);
          }
        }
      }
    }
    return all;
  }
}
