package dev.tandem.orchestrator.quantize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.files.FileReason;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.checkpoint.SafeTensorsWriter;
import dev.tandem.stages.quantize.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An ordinary model folder: the parts of another one, also those that it takes from its base, and a
 * U-Net of quantised tensors.
 */
record QuantizedFolder(ModelFolder model, Path output) {
  private static final String UNET = "unet";
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
  private static final String INDEX = "model_index.json";
  private static final String BASE = "_base";
  private static final Set<String> RIGHTS = Set.of("license", "notice");

  /**
   * Writes the U-Net.
   *
   * @param layers files with the tensors of one product each
   * @param source has the weights that stay as they are
   */
  void unet(Form form, List<String> products, List<Path> layers, ModelWeights source) {
    Component part = model.component(UNET);
    Path folder = output.resolve(UNET);
    Set<String> gone = new HashSet<>();
    products.forEach(p -> gone.add(p + ".weight"));
    try (SafeTensors quantized = SafeTensors.open(layers)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      quantized.names().forEach(n -> tensors.put(n, quantized.get(n)));
      source.names().stream()
          .filter(n -> !gone.contains(n))
          .forEach(n -> tensors.put(n, source.get(n)));
      SafeTensorsWriter.write(folder.resolve(WEIGHTS), Map.of("format", "pt"), tensors);
    }
    ObjectNode config = part.config().json().deepCopy();
    config.set(Form.KEY, form.json());
    WholeFile.write(folder.resolve(CONFIG), config.toPrettyString() + "\n");
  }

  /** Copies the other parts, and at last the index, which makes the folder a model. */
  void rest() {
    for (String name : model.classNames().keySet()) {
      if (!name.equals(UNET)) {
        copyAll(model.component(name).folder(), output.resolve(name));
      }
    }
    files(model.folder()).stream()
        .filter(f -> RIGHTS.stream().anyMatch(lowerName(f)::startsWith))
        .forEach(f -> copy(f, output.resolve(f.getFileName())));
    ObjectNode index = model.index().json().deepCopy();
    index.remove(BASE);
    index
        .properties()
        .removeIf(e -> e.getValue().isArray() && !model.classNames().containsKey(e.getKey()));
    if (!model.pipelineClass().isEmpty()) {
      index.put("_class_name", model.pipelineClass());
    }
    WholeFile.write(output.resolve(INDEX), index.toPrettyString() + "\n");
  }

  private static String lowerName(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT);
  }

  private static void copyAll(Path from, Path to) {
    files(from).forEach(f -> copy(f, to.resolve(f.getFileName())));
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + folder + ": " + FileReason.of(e), e);
    }
  }

  private static void copy(Path from, Path to) {
    try (WholeFile whole = WholeFile.open(to)) {
      Files.copy(from, whole.stream());
      whole.commit();
    } catch (IOException e) {
      throw new CheckpointException("cannot read " + from + ": " + FileReason.of(e), e);
    }
  }
}
