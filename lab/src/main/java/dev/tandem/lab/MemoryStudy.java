package dev.tandem.lab;

import dev.tandem.devices.DeviceException;
import dev.tandem.graph.Recompute;
import dev.tandem.orchestrator.request.RequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Time against memory of the exact forms: recomputing the U-Net's skip connections, from none to
 * all, and whole pictures within less and less memory.
 */
final class MemoryStudy implements CurveStudy {
  private static final List<Integer> PERCENTS = List.of(0, 1, 2, 5, 10, Recompute.ALL);
  private static final List<Integer> BUDGETS = List.of(100, 75, 50, 35);
  private static final int ROUNDS = 9;
  private static final int QUICK_ROUNDS = 3;
  private static final long PLENTY = 1L << 48;
  private static final double MEBIBYTE = 1 << 20;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String about() {
    return "time against memory of forms that compute the same";
  }

  @Override
  public Curves measure(Conditions c) {
    List<List<String>> rows = new ArrayList<>();
    try {
      Curves.Chart skips = skips(c, rows);
      List<Curves.Chart> charts = new ArrayList<>(List.of(skips));
      if (!c.stop().getAsBoolean()) {
        charts.add(budgets(c, rows));
      }
      return new Curves(
          "Time against memory",
          "Model " + c.model().getFileName() + " on " + c.device() + ".",
          charts,
          List.of(
              "form", "planned MiB", "used MiB", "seconds", "times as long", "largest difference"),
          rows,
          "Skips: one guided step of the U-Net; so many percent of its operations may be spent to"
              + " compute a skip connection again. Budgets: a picture in two steps within a part of"
              + " what the usual form takes. Used memory is what was compiled at one time, with the"
              + " maps between bands; the largest difference is that of the output to the usual"
              + " form's, of values around 1 for steps and of 255 for pictures.");
    } catch (DeviceException e) {
      throw new LabException(e.getMessage());
    }
  }

  private Curves.Chart skips(Conditions c, List<List<String>> rows) {
    List<Curves.Point> points = new ArrayList<>();
    int rounds = c.quick() ? QUICK_ROUNDS : ROUNDS;
    for (SkipTrial.Outcome o : SkipTrial.of(c, PERCENTS, rounds)) {
      double arena = o.arenaBytes() / MEBIBYTE;
      String form = o.percent() == 0 ? "skips kept" : "skips within " + o.percent() + "%";
      points.add(new Curves.Point(arena, o.seconds(), o.percent() + "%"));
      rows.add(
          List.of(
              form,
              number("%.1f", o.plannedBytes() / MEBIBYTE),
              number("%.1f", o.usedBytes() / MEBIBYTE),
              o.seconds().text(4),
              number("%.3f", o.ratio()),
              number("%.2g", o.difference())));
    }
    return new Curves.Chart(
        Axis.linear("activations, MiB"),
        Axis.linear("seconds a step"),
        List.of(new Curves.Line("skips computed again", points)));
  }

  private Curves.Chart budgets(Conditions c, List<List<String>> rows) {
    List<Curves.Point> points = new ArrayList<>();
    BudgetTrial trial = new BudgetTrial(c.model(), c.device());
    BudgetTrial.Outcome usual = trial.make(PLENTY);
    for (int percent : BUDGETS) {
      if (c.stop().getAsBoolean()) {
        break;
      }
      String name = "budget of " + percent + "%";
      try {
        BudgetTrial.Outcome o =
            percent == 100 ? usual : trial.make(usual.planned() * percent / 100);
        c.progress().accept(name + ": " + o.form());
        double used = o.used() / MEBIBYTE;
        points.add(new Curves.Point(used, Interval.alone(o.seconds()), percent + "%"));
        rows.add(
            List.of(
                name + ": " + o.form(),
                number("%.1f", o.planned() / MEBIBYTE),
                number("%.1f", used),
                number("%.3f", o.seconds()),
                number("%.2f", o.seconds() / usual.seconds()),
                Integer.toString(o.difference(usual))));
      } catch (RequestException e) {
        c.progress().accept(name + ": refused");
        rows.add(List.of(name + ": refused, no exact form fits", "", "", "", "", ""));
      }
    }
    return new Curves.Chart(
        Axis.linear("memory in use, MiB"),
        Axis.linear("seconds a picture"),
        List.of(new Curves.Line("budgets", points)));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
