package dev.tandem.orchestrator.quantize;

import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.stages.quantize.Form;
import java.nio.file.Path;
import java.util.List;

/**
 * What is to be quantised.
 *
 * @param model folder in the diffusers layout
 * @param output the folder to write
 * @param prompts that activations are calibrated on; not looked at where they stay real numbers
 * @param steps of each prompt's picture
 * @param device that computes them, for example {@code cpu}
 */
public record QuantizeJob(
    Path model, Path output, Form form, List<String> prompts, int steps, String device) {
  private static final int MOST_STEPS = 1000;

  /**
   * Things of many kinds, with and without a style: what is said matters less than that it varies.
   */
  public static final List<String> PROMPTS =
      List.of(
          "red apple, flat style",
          "penguin, noto style on a blue background",
          "a photograph of an astronaut riding a horse",
          "butterfly on a yellow background",
          "a bowl of soup on a wooden table",
          "city street at night, rain, neon lights",
          "portrait of an old man, oil painting",
          "green car, glossy style",
          "mountains at sunrise, watercolour",
          "a cat sleeping on a sofa",
          "house",
          "smiling face, flat style");

  public QuantizeJob {
    prompts = List.copyOf(prompts);
    if (form.activations() && prompts.isEmpty()) {
      throw new RequestException("activations are calibrated on prompts: give at least one");
    }
    if (steps < 1 || steps > MOST_STEPS) {
      throw new RequestException("steps must be 1 to " + MOST_STEPS + ", got " + steps);
    }
  }

  /**
   * A job, with the names of types.
   *
   * @param weights {@code w8} or {@code w4}
   * @param activations {@code f32} or {@code a8}
   * @param group of weights of 4 bits: 32 or 64
   * @throws RequestException if there is no such form
   */
  public static QuantizeJob of(
      Path model,
      Path output,
      String weights,
      String activations,
      int group,
      List<String> prompts,
      int steps,
      String device) {
    return new QuantizeJob(
        model, output, form(weights, activations, group), prompts, steps, device);
  }

  private static Form form(String weights, String activations, int group) {
    try {
      return switch (weights + " " + activations) {
        case "w8 f32" -> Form.w8();
        case "w8 a8" -> Form.w8a8();
        case "w4 f32" -> Form.w4(group);
        default ->
            throw new RequestException(
                "a folder can have weights w8, with activations f32 or a8, or weights w4 with"
                    + " activations f32; got weights '"
                    + weights
                    + "' and activations '"
                    + activations
                    + "'");
      };
    } catch (IllegalArgumentException e) {
      throw e instanceof RequestException ? e : new RequestException(e.getMessage());
    }
  }
}
