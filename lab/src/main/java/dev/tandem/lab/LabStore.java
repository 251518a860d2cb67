package dev.tandem.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.stages.checkpoint.Config;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * The results of a lab on disk, a PNG and a JSON file for each picture, so that an interrupted lab
 * goes on where it was. The JSON file comes last: with it, the result is complete.
 */
final class LabStore {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path folder;

  private LabStore(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens or makes a folder of results.
   *
   * @param facts what all results depend on, by name; those of earlier runs must be the same
   * @throws LabException if the folder holds results of something else
   */
  static LabStore open(Path folder, Map<String, String> facts) {
    Path file = folder.resolve("lab.json");
    ObjectNode known =
        Files.isRegularFile(file) ? Config.read(file).json().deepCopy() : MAPPER.createObjectNode();
    facts.forEach(
        (name, value) -> {
          if (known.has(name) && !known.get(name).asText().equals(value)) {
            throw new LabException(
                folder
                    + " holds results with another "
                    + name
                    + ": "
                    + known.get(name).asText()
                    + ", now "
                    + value
                    + "; choose another folder with --output, or remove it");
          }
          known.put(name, value);
        });
    WholeFile.write(file, known.toPrettyString() + "\n");
    return new LabStore(folder);
  }

  private Path file(Setting setting, LabPair pair, String type) {
    return folder
        .resolve("pictures")
        .resolve(setting.id().replace('/', '+').replace(':', '='))
        .resolve(String.format(Locale.ROOT, "%04d.%s", pair.index(), type));
  }

  /** Where the picture is or will be. */
  Path picture(Setting setting, LabPair pair) {
    return file(setting, pair, "png");
  }

  boolean has(Setting setting, LabPair pair) {
    return Files.isRegularFile(file(setting, pair, "json"));
  }

  void write(LabResult r, Picture picture) {
    picture.writePng(picture(r.setting(), r.pair()));
    ObjectNode json = MAPPER.createObjectNode();
    json.put("setting", r.setting().id());
    json.put("prompt", r.pair().prompt());
    json.put("object", r.pair().object());
    json.put("seed", new BigInteger(Long.toUnsignedString(r.pair().seed())));
    json.put("seconds", r.seconds());
    json.put("evaluations", r.evaluations());
    if (!r.steps().equals(StepTimes.NONE)) {
      json.put("stepSeconds", r.steps().median());
      json.put("denoiseSeconds", r.steps().all());
      json.put("runs", r.steps().runs());
    }
    json.set("vector", MAPPER.valueToTree(r.vector()));
    WholeFile.write(file(r.setting(), r.pair(), "json"), json + "\n");
  }

  /**
   * A result that is there.
   *
   * @throws LabException if it is of another prompt or seed, or damaged
   */
  LabResult read(Setting setting, LabPair pair) {
    Path file = file(setting, pair, "json");
    var json = Config.read(file).json();
    if (!json.path("prompt").asText().equals(pair.prompt())
        || json.path("seed").asLong() != pair.seed()) {
      throw new LabException(
          file + " is of another prompt or seed; choose another folder with --output");
    }
    try {
      return new LabResult(
          setting,
          pair,
          json.path("seconds").asDouble(),
          json.path("evaluations").asInt(),
          new StepTimes(
              json.path("stepSeconds").asDouble(Double.NaN),
              json.path("denoiseSeconds").asDouble(Double.NaN),
              json.path("runs").asInt()),
          MAPPER.treeToValue(json.path("vector"), float[].class));
    } catch (JsonProcessingException e) {
      throw new LabException(file + " is damaged; remove it", e);
    }
  }

  /** All settings of which a folder has results, in the order of their names. */
  static List<Setting> settings(Path folder) {
    List<Setting> found = new ArrayList<>();
    for (Path ofSetting : sorted(folder.resolve("pictures"))) {
      sorted(ofSetting).stream()
          .filter(f -> f.toString().endsWith(".json"))
          .findFirst()
          .ifPresent(f -> found.add(Setting.parse(Config.read(f).json().path("setting").asText())));
    }
    return found;
  }

  private static List<Path> sorted(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new LabException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The pixels of a result. */
  Pixels pixels(Setting setting, LabPair pair) {
    Path file = picture(setting, pair);
    try {
      BufferedImage image = ImageIO.read(file.toFile());
      if (image == null) {
        throw new LabException(file + " is no PNG picture; remove it");
      }
      return Pixels.of(image);
    } catch (IOException e) {
      throw new LabException(file + " cannot be read: " + e.getMessage() + "; remove it", e);
    }
  }
}
