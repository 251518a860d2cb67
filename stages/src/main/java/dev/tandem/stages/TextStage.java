package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executables;
import dev.tandem.stages.clip.ClipTextModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Prompts to conditioning: one CLIP text encoder, or two for models of the XL kind. Reads its files
 * when it is made, compiles when a prompt comes. Closing it lets the weights go, not what was
 * compiled. One thread at a time.
 */
public final class TextStage implements AutoCloseable {
  private final List<TextEncoder> encoders = new ArrayList<>();
  private final int tokens;
  private final boolean zerosForEmpty;

  /**
   * Opens the text encoders of a model; the device is not used yet.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   */
  public TextStage(ModelPlan plan, Executables executables, CompileOptions options) {
    for (StagePlan.Part part : plan.stage(StagePlan.TEXT).parts()) {
      ModelParts.Text text = plan.parts().text(part.name());
      encoders.add(
          new TextEncoder(
              text, new CompiledPart(plan.id(), plan.weights(part), part, executables, options)));
    }
    tokens = plan.tokens();
    zerosForEmpty = plan.zerosForEmptyNegative();
  }

  /** Whether {@link #encode} would not have to compile first. */
  public boolean ready() {
    return encoders.stream().allMatch(TextEncoder::ready);
  }

  /**
   * Encodes a prompt; compiles first where needed.
   *
   * @param warnings told if the prompt is over the token limit, with what was cut off
   */
  public Conditioning encode(String prompt, Runner runner, Consumer<String> warnings) {
    Executable first = encoders.getFirst().run(prompt, runner, 0, warnings);
    if (encoders.size() == 1) {
      return Conditioning.of(tokens, first.output(ClipTextModel.LAST_HIDDEN_STATE).toFloats());
    }
    float[] hidden = first.output(ClipTextModel.PENULTIMATE_HIDDEN_STATE).toFloats();
    // Both tokenizers cut at the same place: one warning is enough.
    Executable second = encoders.get(1).run(prompt, runner, 1, text -> {});
    return new Conditioning(
        tokens,
        beside(tokens, hidden, second.output(ClipTextModel.PENULTIMATE_HIDDEN_STATE).toFloats()),
        second.output(ClipTextModel.TEXT_EMBEDS).toFloats());
  }

  /** Encodes a negative prompt: XL models were trained with zeros for an empty one. */
  public Conditioning encodeNegative(String prompt, Runner runner, Consumer<String> warnings) {
    Conditioning c = encode(prompt, runner, warnings);
    return zerosForEmpty && prompt.isEmpty() ? c.zeros() : c;
  }

  /** Memory of the compiled encoders, 0 if they are not; bytes on the device. */
  public long bytes() {
    return encoders.stream().mapToLong(TextEncoder::bytes).sum();
  }

  /** Rows of two matrices beside each other. */
  private static float[] beside(int rows, float[] a, float[] b) {
    int n = a.length / rows;
    int m = b.length / rows;
    float[] out = new float[a.length + b.length];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(a, r * n, out, r * (n + m), n);
      System.arraycopy(b, r * m, out, r * (n + m) + n, m);
    }
    return out;
  }

  @Override
  public void close() {
    encoders.forEach(TextEncoder::close);
  }
}
