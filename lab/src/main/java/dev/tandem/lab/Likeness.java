package dev.tandem.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How like the pictures of a setting are to those of another from the same seeds, over the pairs
 * that both have.
 *
 * @param to the other
 * @param psnr mean, dB
 * @param medianPsnr dB
 * @param lowestPsnr of all pairs, dB
 * @param medianSsim structural similarity, at most 1
 * @param lowestSsim of all pairs
 */
public record Likeness(
    Setting to,
    int pairs,
    Interval psnr,
    Interval medianPsnr,
    double lowestPsnr,
    Interval medianSsim,
    double lowestSsim) {

  /**
   * Compares pictures one by one.
   *
   * @param pairs at least one
   */
  static Likeness between(Setting setting, Setting to, List<LabPair> pairs, LabStore store) {
    double[] psnr = new double[pairs.size()];
    double[] ssim = new double[pairs.size()];
    for (int i = 0; i < psnr.length; i++) {
      Pixels drawn = store.pixels(setting, pairs.get(i));
      Pixels wanted = store.pixels(to, pairs.get(i));
      psnr[i] = drawn.psnr(wanted);
      ssim[i] = drawn.ssim(wanted);
    }
    return new Likeness(
        to,
        psnr.length,
        MeanInterval.of(psnr),
        Intervals.median(psnr),
        Arrays.stream(psnr).min().orElseThrow(),
        Intervals.median(ssim),
        Arrays.stream(ssim).min().orElseThrow());
  }

  /** PSNR: median with its interval, the lowest; and the pairs where they are not all of a row. */
  public String psnrText(int pairsOfRow) {
    return String.format(Locale.ROOT, "%s, lowest %.1f", medianPsnr.text(1), lowestPsnr)
        + (pairs == pairsOfRow ? "" : " (" + pairs + " pairs)");
  }

  /** SSIM: the median with its interval, and the lowest. */
  public String ssimText() {
    return String.format(Locale.ROOT, "%s, lowest %.3f", medianSsim.text(3), lowestSsim);
  }
}
