package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.clip.ClipTextModel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Prompts to conditioning: one CLIP text encoder, or two for models of the XL kind. Reads its files
 * when it is made, compiles at the first prompt. One thread at a time.
 */
public final class TextStage implements AutoCloseable {
  private final List<TextEncoder> encoders = new ArrayList<>();
  private final boolean zerosForEmpty;

  /**
   * Opens the text encoders of a model; the device is not used yet.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   */
  public TextStage(ModelParts parts, Device device, CompileOptions options) {
    ModelFolder folder = parts.folder();
    for (ModelParts.Text t : parts.text()) {
      encoders.add(
          new TextEncoder(folder.component(t.name()), t.tokenizer(), t.outputs(), device, options));
    }
    zerosForEmpty =
        folder.isXl() && folder.index().flag("force_zeros_for_empty_prompt").orElse(true);
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
    TextEncoder first = encoders.getFirst();
    first.run(prompt, runner, 0, warnings);
    if (encoders.size() == 1) {
      return Conditioning.of(first.tokens(), first.output(ClipTextModel.LAST_HIDDEN_STATE));
    }
    TextEncoder second = encoders.get(1);
    second.run(prompt, runner, 1, text -> {}); // both tokenizers cut at the same place
    float[] hidden =
        beside(
            first.tokens(),
            first.output(ClipTextModel.PENULTIMATE_HIDDEN_STATE),
            second.output(ClipTextModel.PENULTIMATE_HIDDEN_STATE));
    return new Conditioning(first.tokens(), hidden, second.output(ClipTextModel.TEXT_EMBEDS));
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
