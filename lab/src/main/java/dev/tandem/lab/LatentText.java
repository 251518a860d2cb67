package dev.tandem.lab;

import dev.tandem.lab.LatentReport.Row;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** A latent report for people: curves and a table. */
final class LatentText {
  private static final List<String> HEADER =
      List.of(
          "space",
          "values",
          "KiB",
          "U-Net GFLOP",
          "attention %",
          "peak MiB",
          "scores MiB",
          "s per evaluation",
          "decode GFLOP",
          "picture GFLOP",
          "PSNR dB",
          "SSIM");

  private static final String EXPLANATION =
      "The same U-Net, with other first and last layers, on a square picture as pixels and as"
          + " latents that are f times smaller each way and have c channels. Values and KiB: of"
          + " the picture there, in F32. U-Net GFLOP: floating-point operations of one evaluation"
          + " for one picture, counted in the graph; a multiply-add is two. Attention: the share of"
          + " it that grows with the square of the number of places. Peak: activations that are"
          + " alive at one time, in the graph with fused operations: no device needs less. Scores:"
          + " the largest matrix of attention scores, which a device that computes attention in"
          + " tiles never has. Seconds: median of one evaluation with random weights, all spaces in"
          + " turns. Decode: the autoencoder's decoder for one picture. Picture: the evaluations of"
          + " 20 steps with guidance, and the decoder. PSNR and SSIM: of real pictures that the autoencoders were not trained"
          + " on, encoded and decoded again; the autoencoders have as many weights and saw the same"
          + " pictures in the same order. That is the best that any diffusion model on these latents"
          + " can reach, not what it does reach: more channels are also harder to learn. Intervals in"
          + " brackets: 95%, none where there are fewer than 8 values.";

  private LatentText() {}

  static Curves of(LatentReport report) {
    return new Curves(
        "Why a latent space pays",
        String.format(
            Locale.ROOT,
            "U-Net of %s, pictures of %d x %d pixels, device %s.",
            report.model(),
            report.pixels(),
            report.pixels(),
            report.device()),
        Stream.of(
                chart(report, "seconds of an evaluation", r -> Optional.of(r.seconds())),
                chart(report, "PSNR of real pictures, dB", r -> r.vae().map(Reconstruction::psnr)),
                chart(report, "SSIM of real pictures", r -> r.vae().map(Reconstruction::ssim)))
            .filter(c -> !c.lines().isEmpty())
            .toList(),
        HEADER,
        report.rows().stream().map(r -> cells(report, r)).toList(),
        EXPLANATION);
  }

  private static List<String> cells(LatentReport report, Row r) {
    LatentCost cost = r.cost();
    long bytes = r.space().bytes(report.pixels());
    return List.of(
        r.space().name(),
        Long.toString(bytes / Float.BYTES),
        number(bytes / 1024.0, 0),
        giga(cost.flops()),
        number(100.0 * cost.attentionFlops() / cost.flops(), 1),
        mebi(cost.peakBytes()),
        mebi(cost.scoreBytes()),
        Double.isNaN(r.seconds().value()) ? "" : r.seconds().text(4),
        r.vae().map(v -> giga(v.decodeFlops())).orElse(""),
        r.space().equals(LatentSpace.PIXELS) || r.vae().isPresent()
            ? giga(r.pictureFlops(report.evaluations()))
            : "",
        r.vae().map(v -> v.psnr().text(2)).orElse(""),
        r.vae().map(v -> v.ssim().text(3)).orElse(""));
  }

  /**
   * A line for each compression over the work of an evaluation; spaces without the figure have no
   * point.
   */
  private static Curves.Chart chart(
      LatentReport report, String label, Function<Row, Optional<Interval>> figure) {
    Map<Integer, List<Row>> byFactor = new TreeMap<>();
    for (Row r : report.rows()) {
      if (figure.apply(r).filter(i -> Double.isFinite(i.value())).isPresent()) {
        byFactor.merge(
            r.space().factor(),
            List.of(r),
            (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
      }
    }
    return new Curves.Chart(
        Axis.log("GFLOP of an evaluation"),
        label.startsWith("seconds") ? Axis.log(label) : Axis.linear(label),
        byFactor.entrySet().stream()
            .map(
                e ->
                    new Curves.Line(
                        e.getKey() == 1 ? "pixels" : "f = " + e.getKey(),
                        e.getValue().stream()
                            .map(
                                r ->
                                    new Curves.Point(
                                        r.cost().flops() / 1e9,
                                        figure.apply(r).orElseThrow(),
                                        r.space().name()))
                            .toList()))
            .toList());
  }

  private static String giga(long flops) {
    return number(flops / 1e9, 2);
  }

  private static String mebi(long bytes) {
    return number(bytes / 1024.0 / 1024, 1);
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
