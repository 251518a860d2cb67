package dev.tandem.orchestrator.picture;

import dev.tandem.orchestrator.request.GuidanceLimits;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.stages.StepCache;
import dev.tandem.stages.sampling.Samplers;
import java.math.BigDecimal;

/** The text that AUTOMATIC1111's web UI writes into a picture, which many programs read. */
public final class Parameters {
  private Parameters() {}

  /**
   * For example:
   *
   * <pre>
   * red apple, flat style
   * Negative prompt: blurry
   * Steps: 20, Sampler: DDIM, CFG scale: 5, Seed: 7, Size: 128x128, Model: default, Version: Tandem
   * </pre>
   */
  public static String of(Picture picture) {
    Request r = picture.request();
    StringBuilder s = new StringBuilder(r.prompt()).append('\n');
    if (!r.negative().isEmpty()) {
      s.append("Negative prompt: ").append(r.negative()).append('\n');
    }
    return s.append("Steps: ")
        .append(r.steps())
        .append(", Sampler: ")
        .append(quoted(Samplers.otherName(r.sampler())))
        .append(", CFG scale: ")
        .append(plain(r.guidance()))
        .append(", Seed: ")
        .append(Long.toUnsignedString(r.seed()))
        .append(", Size: ")
        .append(r.width())
        .append('x')
        .append(r.height())
        .append(eta(r))
        .append(r.init().map(i -> ", Denoising strength: " + i.strength()).orElse(""))
        .append(limits(r.limits()))
        .append(", Model: ")
        .append(quoted(picture.model()))
        .append(quantization(picture.form().quantization().text()))
        .append(cache(picture.form().cache()))
        .append(", Version: Tandem")
        .toString();
  }

  private static String quantization(String text) {
    return text.isEmpty() ? "" : ", Quantization: " + text;
  }

  private static String cache(StepCache cache) {
    return cache.takesOver() ? ", Step cache: " + quoted(cache.text()) : "";
  }

  private static String eta(Request r) {
    return r.eta().isEmpty() ? "" : ", Eta DDIM: " + plain((float) r.eta().getAsDouble());
  }

  private static String limits(GuidanceLimits limits) {
    String rescale = limits.rescale() == 0 ? "" : ", CFG Rescale: " + limits.rescale();
    if (!limits.thresholds()) {
      return rescale;
    }
    String largest = limits.thresholdMax() == 0 ? "" : ", Threshold max: " + limits.thresholdMax();
    return rescale + ", Dynamic threshold: " + limits.thresholdRatio() + largest;
  }

  /** As few digits as say the number: 5, 7.5. */
  static String plain(float value) {
    return new BigDecimal(Float.toString(value)).stripTrailingZeros().toPlainString();
  }

  /** A value that would be taken for several is quoted as a JSON string. */
  private static String quoted(String value) {
    boolean plain = value.chars().noneMatch(c -> c == ',' || c == ':' || c == '\n' || c == '"');
    return plain ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
