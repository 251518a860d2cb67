package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.text.ClipTokenizer;
import dev.tandem.stages.text.Encoding;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** One tokenizer with its CLIP text encoder, compiled for one prompt at a time. */
final class TextEncoder implements AutoCloseable {
  private final ClipTokenizer tokenizer;
  private final ModelWeights weights;
  private final ClipTextModel model;
  private final Set<String> outputs;
  private final Device device;
  private final CompileOptions options;
  private Optional<Executable> compiled = Optional.empty();

  /**
   * Opens the weights; compiles nothing.
   *
   * @param part the encoder's
   */
  TextEncoder(
      Component part,
      ClipTokenizer tokenizer,
      Set<String> outputs,
      Device device,
      CompileOptions options) {
    this.outputs = outputs;
    this.device = device;
    this.options = options;
    this.tokenizer = tokenizer;
    ClipTextConfig config = part.read(ClipTextConfig::of);
    weights = part.weights();
    model = new ClipTextModel(config, weights.names());
  }

  int tokens() {
    return model.config().maxPositions();
  }

  boolean ready() {
    return compiled.isPresent();
  }

  void prepare() {
    if (compiled.isEmpty()) {
      compiled = Optional.of(device.compile(model.graph(1, tokens(), outputs), weights, options));
    }
  }

  /** Encodes; the outputs can then be read. */
  void run(String prompt, Runner runner, int step, Consumer<String> warnings) {
    prepare();
    Encoding encoding = tokenizer.encode(prompt);
    encoding.warning().ifPresent(warnings);
    int[] ids = encoding.paddedArray();
    Executable executable = compiled.orElseThrow();
    executable.input(ClipTextModel.INPUT_IDS).set(ids);
    if (outputs.contains(ClipTextModel.TEXT_EMBEDS)) {
      executable.input(ClipTextModel.POOLED_POSITION).set(new int[] {model.pooledPosition(ids)});
    }
    runner.run(executable, step);
  }

  /** An output of the last run, {@code [1, ...]}. */
  float[] output(String name) {
    return compiled.orElseThrow().output(name).toFloats();
  }

  long bytes() {
    return compiled.map(e -> e.memory().total()).orElse(0L);
  }

  @Override
  public void close() {
    compiled.ifPresent(Executable::close);
    compiled = Optional.empty();
    weights.close();
  }
}
