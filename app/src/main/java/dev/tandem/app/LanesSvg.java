package dev.tandem.app;

import dev.tandem.orchestrator.html.Html;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.planning.simulate.Simulation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What each device does when: a lane for each, a block for each stay of a picture. */
final class LanesSvg {
  private static final double WIDTH = 1160;
  private static final double LEFT = 110;
  private static final double LANE = 26;
  private static final double GAP = 6;
  private static final double AXIS = 20;
  private static final double NUMBER_WIDTH = 16;
  private static final double MERGE = 0.6;
  private static final int TICKS = 8;

  /** Pictures that are drawn: of more the blocks would be too thin and the page too large. */
  static final int PICTURES = 64;

  private final double scale;
  private final StringBuilder svg = new StringBuilder();

  private LanesSvg(double longestNs) {
    scale = longestNs >= 1 ? (WIDTH - LEFT - 1) / longestNs : 0;
  }

  /**
   * Draws a simulated run.
   *
   * @param longestNs what the whole width stands for
   */
  static String of(Simulation run, double longestNs) {
    return new LanesSvg(longestNs).draw(run, longestNs);
  }

  /** When the last of the pictures that are drawn is out, ns. */
  static double endNs(Simulation run) {
    return run.count() <= PICTURES
        ? run.makespanNs()
        : run.pictures().stream().limit(PICTURES).mapToDouble(p -> p.outNs()).max().orElse(0);
  }

  private String draw(Simulation run, double longestNs) {
    List<String> devices = List.copyOf(run.devices().keySet());
    double height = devices.size() * (LANE + GAP) + AXIS;
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"lanes\">%n",
            WIDTH,
            height));
    axis(longestNs, height - AXIS);
    for (int i = 0; i < devices.size(); i++) {
      lane(devices.get(i), i * (LANE + GAP), run);
    }
    return svg.append("</svg>").toString();
  }

  private void axis(double longestNs, double bottom) {
    double step = longestNs >= 1 ? step(longestNs / TICKS) : 1;
    for (int i = 0; i <= TICKS && i * step <= longestNs; i++) {
      double t = i * step;
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"0\" y2=\"%2$.1f\"/>"
                  + "<text class=\"tick\" x=\"%1$.1f\" y=\"%3$.1f\">%4$s</text>%n",
              LEFT + t * scale,
              bottom,
              bottom + 14,
              seconds(t)));
    }
  }

  /** 1, 2 or 5 times a power of ten, at least so large. */
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= least) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static String seconds(double ns) {
    return String.format(Locale.ROOT, "%.3g s", ns / 1e9).replaceFirst("\\.?0+ s$", " s");
  }

  private void lane(String device, double top, Simulation run) {
    String label = device.length() > 16 ? device.substring(0, 15) + "..." : device;
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"0\" y=\"%.1f\">%s<title>%s</title></text>"
                + "<rect class=\"lane\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>%n",
            top + LANE / 2 + 4,
            Html.escape(label),
            Html.escape(device),
            LEFT,
            top,
            endNs(run) * scale,
            LANE));
    for (Span s : blocks(run.spans(), device)) {
      block(s, top);
    }
  }

  /** Runs of one device, those of the same picture that follow at once taken together. */
  private List<Span> blocks(List<Span> spans, String device) {
    List<Span> blocks = new ArrayList<>();
    List<Span> runs =
        spans.stream()
            .filter(s -> s.device().equals(device) && s.picture() < PICTURES)
            .sorted(Comparator.comparingLong(Span::startNs))
            .toList();
    for (Span s : runs) {
      Span last = blocks.isEmpty() ? s : blocks.getLast();
      boolean same = last.picture() == s.picture() && last.stage().equals(s.stage());
      if (!blocks.isEmpty() && same && (s.startNs() - last.endNs()) * scale < MERGE) {
        blocks.set(
            blocks.size() - 1,
            new Span(
                s.kind(), s.stage(), device, s.picture(), last.step(), last.startNs(), s.endNs()));
      } else {
        blocks.add(s);
      }
    }
    return blocks;
  }

  private void block(Span s, double top) {
    double width = Math.max(0.5, s.durationNs() * scale - 0.6);
    double x = LEFT + s.startNs() * scale;
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s%s\" x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" rx=\"2\">"
                + "<title>%s picture %d, %s to %s</title></rect>",
            s.stage(),
            s.picture() % 2 == 1 ? " odd" : "",
            x,
            top,
            width,
            LANE,
            s.stage(),
            s.picture(),
            PlanView.seconds((double) s.startNs()),
            PlanView.seconds((double) s.endNs())));
    if (width >= NUMBER_WIDTH) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text class=\"number\" x=\"%.1f\" y=\"%.1f\">%d</text>",
              x + width / 2,
              top + LANE / 2 + 4,
              s.picture()));
    }
    svg.append('\n');
  }
}
