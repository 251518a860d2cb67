package dev.tandem.lab;

import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.FormComparison;
import dev.tandem.lab.LabReport.Row;
import dev.tandem.lab.LabReport.SameTime;
import java.util.List;
import java.util.Locale;

/** A report as tables for people: headers and rows of text. */
public final class LabTables {
  private static final String NONE = "";

  private LabTables() {}

  /**
   * A table.
   *
   * @param rows each as long as the header
   */
  public record Text(List<String> header, List<List<String>> rows) {
    public Text {
      header = List.copyOf(header);
      rows = rows.stream().map(List::copyOf).toList();
    }
  }

  /** A row for each setting; a star is on the Pareto front. */
  public static Text settings(LabReport report) {
    return new Text(
        List.of(
            "setting",
            "pairs",
            "evals",
            "GMAC",
            "seconds",
            "step ms",
            "ms/eval",
            "CLIP score",
            "top-1 %",
            "CMMD",
            "PSNR dB",
            "SSIM",
            "to"),
        report.rows().stream().map(LabTables::row).toList());
  }

  private static List<String> row(Row r) {
    return List.of(
        r.setting().id(),
        Integer.toString(r.pairs()),
        Integer.toString(r.evaluations()),
        number("%.1f", r.multiplyAdds() / 1e9),
        r.seconds().text(3),
        r.stepSeconds().map(s -> number("%.1f", 1000 * s.value())).orElse(NONE),
        r.evaluationSeconds().map(s -> number("%.1f", 1000 * s.value())).orElse(NONE),
        r.score().text(3) + star(r.scoreFront()),
        percent(r.top1()),
        number("%.3f", r.cmmd()) + star(r.cmmdFront()),
        r.likeness().map(l -> l.psnrText(r.pairs())).orElse(NONE),
        r.likeness().map(Likeness::ssimText).orElse(NONE),
        r.likeness().map(l -> l.to().id()).orElse(NONE));
  }

  /** Each cheaper form against the model as it is. */
  public static Text forms(LabReport report) {
    return new Text(
        List.of(
            "form",
            "against",
            "pairs",
            "times faster",
            "by work",
            "CLIP score",
            "noise floor",
            "against it",
            "CMMD",
            "verdict"),
        report.forms().stream().map(LabTables::form).toList());
  }

  private static List<String> form(FormComparison f) {
    Comparison c = f.differences();
    return List.of(
        c.fast().id(),
        c.slow().id(),
        Integer.toString(c.pairs()),
        c.speedUp().text(2),
        number("%.2f", f.work()),
        c.score().text(4),
        f.floor().map(n -> number("%.4f", n.reach())).orElse(NONE),
        switch (f.againstFloor()) {
          case EQUIVALENT -> "inside";
          case BETTER -> "above";
          case WORSE -> "below";
          case UNDECIDED -> "undecided";
          case TOO_FEW_PAIRS -> "too few pairs";
        },
        c.cmmd().text(3),
        c.verdict().toString());
  }

  /** Each step cache against fewer steps that take no less time. */
  public static Text sameTime(LabReport report) {
    return new Text(
        List.of("cache", "fewer steps", "pairs", "its time, times", "PSNR dB", "SSIM", "verdict"),
        report.sameTime().stream().map(LabTables::sameTime).toList());
  }

  private static List<String> sameTime(SameTime s) {
    return List.of(
        s.cached().id(),
        s.fewer().id(),
        Integer.toString(s.pairs()),
        s.seconds().text(2),
        s.psnr().text(1),
        s.ssim().text(3),
        s.verdict().toString());
  }

  /** Each setting against slower solvers. */
  public static Text comparisons(LabReport report) {
    return new Text(
        List.of(
            "setting",
            "against",
            "pairs",
            "times faster",
            "CLIP score",
            "top-1 %",
            "CMMD",
            "verdict"),
        report.comparisons().stream()
            .map(
                c ->
                    List.of(
                        c.fast().id(),
                        c.slow().id(),
                        Integer.toString(c.pairs()),
                        c.speedUp().text(1),
                        c.score().text(3),
                        percent(c.top1()),
                        c.cmmd().text(3),
                        c.verdict().toString()))
            .toList());
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, format, value);
  }

  private static String percent(Interval share) {
    return new Interval(100 * share.value(), 100 * share.low(), 100 * share.high()).text(1);
  }

  private static String star(boolean front) {
    return front ? " *" : "";
  }
}
