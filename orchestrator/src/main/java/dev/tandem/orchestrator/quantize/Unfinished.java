package dev.tandem.orchestrator.quantize;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.files.FileReason;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.checkpoint.SafeTensorsWriter;
import dev.tandem.stages.quantize.Observed;
import dev.tandem.stages.quantize.Taps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What is done of a folder that is not finished, kept in a folder inside of it. A job that was
 * interrupted goes on where it was; another job is refused.
 */
final class Unfinished {
  private static final String FOLDER = ".unfinished";
  private static final String JOB = "job.json";
  private static final String OBSERVED = "observed.safetensors";
  private static final String PROMPTS = "prompts";

  private final Path folder;

  private Unfinished(Path folder) {
    this.folder = folder;
  }

  /**
   * Begins or goes on.
   *
   * @param weights the folder that the weights come from
   * @throws RequestException if the folder has something else
   */
  static Unfinished open(QuantizeJob job, Path weights) {
    Path output = job.output();
    Path folder = output.resolve(FOLDER);
    Path file = folder.resolve(JOB);
    try {
      String text = describe(job, weights);
      if (Files.exists(file)) {
        if (!Files.readString(file).equals(text)) {
          throw new RequestException(
              output
                  + " holds an unfinished quantisation of another model or with other settings;"
                  + " finish that one, or remove the folder");
        }
        return new Unfinished(folder);
      }
      if (Files.exists(output) && (!Files.isDirectory(output) || !isEmpty(output))) {
        throw new RequestException(
            output + " exists already; give a folder that does not, or remove it");
      }
      WholeFile.write(file, text);
      return new Unfinished(folder);
    } catch (IOException e) {
      throw new RequestException(
          "cannot read " + output + " or " + weights + ": " + FileReason.of(e));
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> !f.getFileName().toString().equals(FOLDER)).findAny().isEmpty();
    }
  }

  /** All that the result depends on; of the weights when and how large they were written. */
  private static String describe(QuantizeJob job, Path weights) throws IOException {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("model", job.model().toAbsolutePath().normalize().toString());
    ObjectNode written = root.putObject("weights");
    try (Stream<Path> files = Files.list(weights)) {
      for (Path f : files.sorted().toList()) {
        written.put(
            f.getFileName().toString(), Files.size(f) + " bytes, " + Files.getLastModifiedTime(f));
      }
    }
    root.set("form", job.form().json());
    if (job.form().activations()) {
      root.put("steps", job.steps());
      job.prompts().forEach(root.putArray("prompts")::add);
    }
    return root.toPrettyString() + "\n";
  }

  /** How many prompts were looked at. */
  int prompts() {
    Path file = folder.resolve(OBSERVED);
    if (!Files.exists(file)) {
      return 0;
    }
    try (SafeTensors kept = SafeTensors.open(file)) {
      return Integer.parseInt(kept.metadata().get(PROMPTS));
    }
  }

  /** What was seen of them. */
  Observed observed(Taps taps) {
    Path file = folder.resolve(OBSERVED);
    if (!Files.exists(file)) {
      return new Observed(taps);
    }
    try (SafeTensors kept = SafeTensors.open(file)) {
      return Observed.of(taps, kept);
    }
  }

  void keep(Observed observed, int prompts) {
    try (Arena arena = Arena.ofConfined()) {
      SafeTensorsWriter.write(
          folder.resolve(OBSERVED),
          Map.of(PROMPTS, Integer.toString(prompts)),
          observed.tensors(arena));
    }
  }

  /** The tensors of a layer, once they are there. */
  Path layer(String product) {
    return folder.resolve(product + ".safetensors");
  }

  /** All is done: forgets what was kept. */
  void finish() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path f : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(f);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + folder + ": " + FileReason.of(e), e);
    }
  }
}
