package dev.tandem.stages;

import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.quantize.Form;
import dev.tandem.stages.quantize.QuantizePass;
import dev.tandem.stages.quantize.QuantizedWeights;
import dev.tandem.stages.quantize.Taps;
import java.util.Optional;

/**
 * In which form the U-Net of a model is computed.
 *
 * @param form empty for real numbers
 * @param stored whether the folder has the weights in that form; else they are rounded when they
 *     are loaded
 * @param isTapped whether its graphs show what would be rounded
 */
record UNetForm(Optional<Form> form, boolean stored, boolean isTapped) {
  /**
   * What is asked of a folder.
   *
   * @throws CheckpointException if the folder cannot be computed so, with what to do
   */
  static UNetForm of(ModelFolder folder, Quantization asked) {
    Optional<Form> stored = folder.component("unet").read(Form::stored);
    Optional<Form> wanted = asked.form();
    if (stored.isPresent()) {
      if (wanted.isPresent() && !wanted.get().isLike(stored.get())) {
        throw new CheckpointException(
            folder.folder()
                + " is stored as "
                + stored.get()
                + " and cannot be computed as "
                + wanted.get()
                + "; give the model that it was made from");
      }
      return new UNetForm(stored, true, false);
    }
    if (wanted.isPresent() && wanted.get().activations()) {
      throw new CheckpointException(
          folder.folder()
              + " has no scales for activations of 8 bits; find them with 'tandem quantize --model "
              + folder.folder()
              + " --output DIR --weights w8 --activations a8' and give DIR as the model");
    }
    return new UNetForm(wanted, false, false);
  }

  /** The same, with graphs that show what would be rounded. */
  UNetForm tapped() {
    return new UNetForm(form, stored, true);
  }

  Quantization quantization() {
    return form.map(Quantization::of).orElse(Quantization.NONE);
  }

  Graph apply(Graph graph) {
    Graph seen = isTapped ? Taps.graph(graph) : graph;
    return form.map(f -> QuantizePass.apply(seen, f)).orElse(seen);
  }

  /** The weights that the graph asks for. */
  ModelWeights weights(Component unet) {
    ModelWeights source = unet.weights();
    return stored || form.isEmpty() ? source : new QuantizedWeights(source, form.get());
  }
}
