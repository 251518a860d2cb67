package dev.tandem.lab;

import dev.tandem.lab.LabReport.Row;
import dev.tandem.stages.StepCache;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rows of a report as points of a chart, and what the page can be filtered by. */
final class LabRows {
  /** Dimensions by the name of their attribute, with what the page calls them. */
  static final Map<String, String> DIMENSIONS = dimensions();

  private LabRows() {}

  private static Map<String, String> dimensions() {
    Map<String, String> names = new LinkedHashMap<>();
    names.put("solver", "Solver");
    names.put("steps", "Steps");
    names.put("precision", "Precision");
    names.put("cache", "Cache");
    names.put("model", "Student or pruned");
    return Collections.unmodifiableMap(names);
  }

  /** Where a setting is in each of the {@link #DIMENSIONS}. */
  static Map<String, String> place(Setting s) {
    String cache = FormText.cache(s.form().cache());
    return Map.of(
        "solver",
        s.sampler(),
        "steps",
        Integer.toString(s.steps()),
        "precision",
        FormText.precision(s.form()),
        "cache",
        cache.isEmpty() ? "none" : cache,
        "model",
        s.model().equals(Setting.BASE) ? "none" : s.model());
  }

  /**
   * A point for each row that has drawn about as many pairs as the others, by its seconds; a line
   * for each family. Where there are cheaper forms, a colour is a kind of form, else a family.
   */
  static List<Dot> dots(LabReport report, Function<Row, Interval> value, Predicate<Row> isOnFront) {
    boolean plain =
        report.rows().stream().allMatch(r -> report.plan().exact(r.setting()).isEmpty());
    return report.rows().stream()
        .filter(report::isWhole)
        .map(
            r -> {
              Setting s = r.setting();
              return new Dot(
                  plain ? s.family() : kind(report.plan().models(), s),
                  s.family(),
                  r.seconds().value(),
                  value.apply(r),
                  isOnFront.test(r),
                  s.steps() + FormText.of(s.form()).replaceFirst("\\+", " "),
                  s.id() + ": " + value.apply(r).text(3) + ", " + r.seconds().text(3) + " s",
                  place(s));
            })
        .toList();
  }

  private static String kind(LabModels models, Setting s) {
    if (s.isPlain() && !models.isPruned(s)) {
      return s.model().equals(Setting.BASE) ? "as it is" : "student";
    }
    String precision = FormText.precision(s.form());
    String cache =
        switch (s.form().cache()) {
          case StepCache.None _ -> "";
          case StepCache.Deep _ -> "deep cache";
          case StepCache.FirstBlock _ -> "first-block cache";
        };
    return Stream.of(
            models.isPruned(s) ? "pruned" : "", precision.equals("F32") ? "" : precision, cache)
        .filter(t -> !t.isEmpty())
        .collect(Collectors.joining(", "));
  }
}
