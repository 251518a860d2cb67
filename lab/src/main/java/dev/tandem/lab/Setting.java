package dev.tandem.lab;

import dev.tandem.stages.ModelOptions;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One way to draw a picture.
 *
 * @param model {@link #BASE}, or the name of another model's folder
 * @param sampler short name
 * @param form in which the model is computed
 */
public record Setting(String model, String sampler, int steps, ModelOptions form) {
  /** The model that the lab is about. */
  public static final String BASE = "";

  private static final Pattern FORM =
      Pattern.compile("(?:([\\w.-]+)/)?([A-Za-z0-9_]+)-(\\d{1,4})((?:\\+[^+/\\s]+)*)");

  public Setting {
    if (!FORM.matcher(id(model, sampler, steps, form)).matches() || steps < 1 || steps > 1000) {
      throw new LabException(
          "a setting is sampler-steps or student/sampler-steps, 1 to 1000 steps, got '"
              + id(model, sampler, steps, form)
              + "'");
    }
  }

  /** Of a model as it is. */
  public Setting(String model, String sampler, int steps) {
    this(model, sampler, steps, ModelOptions.DEFAULT);
  }

  /** Of the model that the lab is about, as it is. */
  public static Setting of(String sampler, int steps) {
    return new Setting(BASE, sampler, steps);
  }

  /** Reads {@code ddim-100}, {@code lcm/lcm-4}, {@code dpmpp_2m-20+w8+a8+deep:3}. */
  public static Setting parse(String id) {
    Matcher match = FORM.matcher(id.strip());
    if (!match.matches()) {
      throw new LabException(
          "'"
              + id
              + "' is no setting; write sampler-steps, for example ddim-50 or dpmpp_2m-10, with a"
              + " form behind it such as dpmpp_2m-20+w8+a8 or dpmpp_2m-20+deep:3");
    }
    try {
      return new Setting(
          match.group(1) == null ? BASE : match.group(1),
          match.group(2).toLowerCase(Locale.ROOT),
          Integer.parseInt(match.group(3)),
          FormText.parse(match.group(4).toLowerCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw new LabException("setting '" + id + "': " + e.getMessage(), e);
    }
  }

  /** For example {@code ddim-100}, {@code lcm/lcm-4} or {@code dpmpp_2m-20+deep:3}. */
  public String id() {
    return id(model, sampler, steps, form);
  }

  private static String id(String model, String sampler, int steps, ModelOptions form) {
    return (model.isEmpty() ? "" : model + "/") + sampler + "-" + steps + FormText.of(form);
  }

  /** What a curve joins: the settings that differ only in their steps. */
  public String family() {
    return (model.isEmpty() ? "" : model + "/") + sampler + FormText.of(form);
  }

  /** Whether the model is computed as it is. */
  public boolean isPlain() {
    return form.equals(ModelOptions.DEFAULT);
  }

  public Setting withForm(ModelOptions value) {
    return new Setting(model, sampler, steps, value);
  }

  /** The same of the model that the lab is about. */
  Setting ofBase() {
    return new Setting(BASE, sampler, steps, form);
  }

  @Override
  public String toString() {
    return id();
  }
}
