package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.wiring.Workload.Form;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What one kind of work costs on one device.
 *
 * @param expected beforehand, over all forms, ns; empty if nothing was
 * @param seen what was measured, by form
 */
record FormCosts(OptionalDouble expected, Map<Form, Seen> seen) {
  static final FormCosts NONE = new FormCosts(OptionalDouble.empty(), Map.of());

  /** Weight of the newest call: after three, most of the estimate is measured. */
  private static final double NEWEST = 0.4;

  /**
   * Calls that what was expected counts for in the mean of two forms: every picture begins with the
   * dear one, and a device that has done no more than that is not slower than another.
   */
  private static final double EXPECTED_CALLS = 4;

  FormCosts {
    seen = Map.copyOf(seen);
  }

  /**
   * Calls of one form.
   *
   * @param ns what one takes, the newest counting most
   */
  record Seen(double ns, long calls) {}

  static FormCosts expected(long ns) {
    return new FormCosts(OptionalDouble.of((double) ns), Map.of());
  }

  /** With one more call. What was expected counts like a call where all are alike. */
  FormCosts observed(Form form, long took) {
    Seen old = seen.get(form);
    double before =
        old != null ? old.ns : form == Form.ALIKE ? expected.orElse((double) took) : (double) took;
    Map<Form, Seen> all = new EnumMap<>(Form.class);
    all.putAll(seen);
    all.put(form, new Seen(before + NEWEST * (took - before), old == null ? 1 : old.calls + 1));
    return new FormCosts(expected, all);
  }

  /** Of a call of any form, ns: of each as often as it was seen, and of what was expected. */
  double mean() {
    if (seen.isEmpty() || seen.containsKey(Form.ALIKE)) {
      return seen.isEmpty() ? expected.orElse(0) : seen.get(Form.ALIKE).ns;
    }
    double calls = expected.isPresent() ? EXPECTED_CALLS : 0;
    double ns = calls * expected.orElse(0);
    for (Seen s : seen.values()) {
      calls += s.calls;
      ns += s.calls * s.ns;
    }
    return ns / calls;
  }

  /** Of the dearest form that was seen, ns; empty if the given one was not. */
  OptionalLong most(Form form) {
    if (form == Form.ALIKE) {
      return OptionalLong.of((long) mean());
    }
    return seen.containsKey(form)
        ? OptionalLong.of((long) seen.values().stream().mapToDouble(Seen::ns).max().orElseThrow())
        : OptionalLong.empty();
  }
}
