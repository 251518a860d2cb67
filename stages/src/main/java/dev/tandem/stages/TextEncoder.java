package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.text.ClipTokenizer;
import dev.tandem.stages.text.Encoding;
import java.util.Set;
import java.util.function.Consumer;

/** One tokenizer with its CLIP text encoder, compiled for one prompt at a time. */
final class TextEncoder implements AutoCloseable {
  private final ClipTokenizer tokenizer;
  private final ClipTextModel model;
  private final Executable executable;

  TextEncoder(
      ModelFolder folder,
      String tokenizerPart,
      String encoderPart,
      Set<String> outputs,
      Device device,
      CompileOptions options) {
    tokenizer = ClipTokenizer.open(folder.component(tokenizerPart).folder());
    Component part = folder.component(encoderPart);
    try (SafeTensors weights = part.weights()) {
      model = new ClipTextModel(ClipTextConfig.of(part.config().json()), weights.names());
      executable = device.compile(model.graph(1, tokens(), outputs), weights, options);
    }
  }

  int tokens() {
    return model.config().maxPositions();
  }

  /** Encodes; the outputs can then be read. */
  void run(String prompt, Runner runner, int step, Consumer<String> warnings) {
    Encoding encoding = tokenizer.encode(prompt);
    encoding.warning().ifPresent(warnings);
    int[] ids = encoding.paddedArray();
    executable.input(ClipTextModel.INPUT_IDS).set(ids);
    if (executable.graph().inputs().stream()
        .anyMatch(n -> n.name().equals(ClipTextModel.POOLED_POSITION))) {
      executable.input(ClipTextModel.POOLED_POSITION).set(new int[] {model.pooledPosition(ids)});
    }
    runner.run(executable, step);
  }

  /** An output of the last run, {@code [1, ...]}. */
  float[] output(String name) {
    return executable.output(name).toFloats();
  }

  @Override
  public void close() {
    executable.close();
  }
}
