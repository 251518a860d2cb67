package dev.tandem.lab;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One way to draw a picture.
 *
 * @param model {@link #BASE}, or the name of a student's folder
 * @param sampler short name
 */
public record Setting(String model, String sampler, int steps) {
  /** The model that the lab is about. */
  public static final String BASE = "";

  private static final Pattern FORM = Pattern.compile("(?:([\\w.-]+)/)?([a-z0-9_]+)-(\\d+)");

  public Setting {
    if (!FORM.matcher(id(model, sampler, steps)).matches() || steps < 1 || steps > 1000) {
      throw new LabException(
          "a setting is sampler-steps or student/sampler-steps, 1 to 1000 steps, got '"
              + id(model, sampler, steps)
              + "'");
    }
  }

  /** Of the model that the lab is about. */
  public static Setting of(String sampler, int steps) {
    return new Setting(BASE, sampler, steps);
  }

  /** Reads {@code ddim-100} or {@code lcm/lcm-4}. */
  public static Setting parse(String id) {
    Matcher match = FORM.matcher(id.strip().toLowerCase(Locale.ROOT));
    if (!match.matches()) {
      throw new LabException(
          "'" + id + "' is no setting; write sampler-steps, for example ddim-50 or dpmpp_2m-10");
    }
    String model = match.group(1) == null ? BASE : match.group(1);
    return new Setting(model, match.group(2), Integer.parseInt(match.group(3)));
  }

  /** For example {@code ddim-100} or {@code lcm/lcm-4}. */
  public String id() {
    return id(model, sampler, steps);
  }

  private static String id(String model, String sampler, int steps) {
    return (model.isEmpty() ? "" : model + "/") + sampler + "-" + steps;
  }

  /** What a curve joins: the settings that differ only in their steps. */
  public String family() {
    return (model.isEmpty() ? "" : model + "/") + sampler;
  }

  @Override
  public String toString() {
    return id();
  }
}
