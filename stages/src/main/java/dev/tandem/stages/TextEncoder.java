package dev.tandem.stages;

import dev.tandem.devices.Executable;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.text.Encoding;
import java.util.function.Consumer;

/** One tokenizer with its CLIP text encoder, compiled for one prompt at a time. */
final class TextEncoder implements AutoCloseable {
  private final ModelParts.Text text;
  private final CompiledPart part;

  TextEncoder(ModelParts.Text text, CompiledPart part) {
    this.text = text;
    this.part = part;
  }

  boolean ready() {
    return part.ready(1, 0, 0);
  }

  /**
   * Encodes.
   *
   * @return of which the outputs {@code [1, ...]} are to be read before another encoder runs
   */
  Executable run(String prompt, Runner runner, int step, Consumer<String> warnings) {
    Encoding encoding = text.tokenizer().encode(prompt);
    encoding.warning().ifPresent(warnings);
    int[] ids = encoding.paddedArray();
    Executable executable = part.get(1, 0, 0);
    executable.input(ClipTextModel.INPUT_IDS).set(ids);
    if (text.outputs().contains(ClipTextModel.TEXT_EMBEDS)) {
      int position = text.model().pooledPosition(ids);
      executable.input(ClipTextModel.POOLED_POSITION).set(new int[] {position});
    }
    runner.run(executable, step);
    return executable;
  }

  long bytes() {
    return part.bytes(1, 0, 0);
  }

  @Override
  public void close() {
    part.close();
  }
}
