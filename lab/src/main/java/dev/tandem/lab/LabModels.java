package dev.tandem.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Quantization;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The models of a lab.
 *
 * @param base folder of the model that it is about
 * @param students folders of models distilled from it, by the name that settings use
 * @param pruned folders of smaller models that are to draw what it draws, likewise
 * @param quantized folders of one of these in a form that is stored, by its name and {@link
 *     FormText#precision} as {@code NAME+w8a8}
 */
public record LabModels(
    Path base, Map<String, Path> students, Map<String, Path> pruned, Map<String, Path> quantized) {
  public LabModels {
    quantized = Collections.unmodifiableMap(new TreeMap<>(quantized));
    students = Collections.unmodifiableMap(new TreeMap<>(students));
    pruned = Collections.unmodifiableMap(new TreeMap<>(pruned));
    for (String name : pruned.keySet()) {
      if (students.containsKey(name)) {
        throw new LabException(
            "'" + name + "' is the name of a student and of a pruned model; rename one's folder");
      }
    }
  }

  /** A model with nothing beside it. */
  static LabModels of(Path base) {
    return new LabModels(base, Map.of(), Map.of(), Map.of());
  }

  /**
   * A model with the students beside it: folders whose U-Net takes the guidance scale as an input.
   *
   * @param pruned folders of pruned models
   * @throws LabException if a pruned folder is no model, is a student, or has the name of another
   */
  public static LabModels find(Path base, List<Path> pruned) {
    Map<String, Path> smaller = new TreeMap<>();
    for (Path folder : pruned) {
      if (!Files.isRegularFile(config(folder)) || isStudent(folder)) {
        throw new LabException(
            "'"
                + folder
                + "' is no pruned model: "
                + (Files.isRegularFile(config(folder))
                    ? "it is a student, which takes the guidance scale as an input"
                    : "it has no unet/config.json"));
      }
      if (smaller.put(name(folder), folder) != null) {
        throw new LabException("two pruned models are called '" + name(folder) + "'");
      }
    }
    return new LabModels(base, students(base), smaller, Map.of());
  }

  /**
   * With a quantised folder of one of the models, which draws the settings of its form.
   *
   * @param text {@code DIR} for one of the base's, or {@code NAME=DIR}
   * @throws LabException if there is no such model, or the folder is not quantised
   */
  public LabModels withQuantized(String text) {
    int split = text.indexOf('=');
    String model = split < 0 ? Setting.BASE : text.substring(0, split);
    Path folder = Path.of(text.substring(split + 1));
    if (split >= 0 && !names().contains(model)) {
      throw new LabException("'" + text + "' names a model '" + model + "'; there are " + names());
    }
    Quantization stored = ModelPlan.of(ModelFolder.open(folder)).options().quantization();
    if (stored.equals(Quantization.NONE)) {
      throw new LabException(
          "'" + folder + "' is not quantised; 'tandem quantize' writes such a folder");
    }
    Map<String, Path> more = new TreeMap<>(quantized);
    if (more.put(key(model, stored), folder) != null) {
      throw new LabException("two folders are a model's " + stored.text() + ", one is " + folder);
    }
    return new LabModels(base, students, pruned, more);
  }

  private static String key(String model, Quantization quantization) {
    return model + "+" + quantization.text();
  }

  private static Map<String, Path> students(Path model) {
    Map<String, Path> found = new TreeMap<>();
    Path parent = model.toAbsolutePath().normalize().getParent();
    try (Stream<Path> folders = Files.list(parent)) {
      folders
          .filter(f -> Files.isRegularFile(config(f)) && isStudent(f))
          .forEach(f -> found.put(name(f), f));
    } catch (IOException e) {
      throw new LabException(parent + " cannot be read: " + e.getMessage(), e);
    }
    return found;
  }

  private static Path config(Path folder) {
    return folder.resolve("unet/config.json");
  }

  private static boolean isStudent(Path folder) {
    JsonNode width = Config.read(config(folder)).json().path("time_cond_proj_dim");
    return width.isNumber();
  }

  private static String name(Path folder) {
    return folder.toAbsolutePath().normalize().getFileName().toString();
  }

  /** Names of all models but the base. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>(students.keySet());
    names.addAll(pruned.keySet());
    return names;
  }

  /** Whether the model of a setting is among these. */
  public boolean has(Setting setting) {
    return setting.model().equals(Setting.BASE) || names().contains(setting.model());
  }

  /** The folder that a setting's model is in. */
  public Path folder(Setting setting) {
    Path own = setting.model().equals(Setting.BASE) ? base : named(setting.model());
    return quantized.getOrDefault(key(setting.model(), setting.form().quantization()), own);
  }

  private Path named(String name) {
    Path student = students.get(name);
    return student == null ? pruned.get(name) : student;
  }

  /** All folders but the base, by what they are. */
  Map<String, Path> others() {
    Map<String, Path> others = new TreeMap<>();
    students.forEach((name, folder) -> others.put("student " + name, folder));
    pruned.forEach((name, folder) -> others.put("pruned model " + name, folder));
    quantized.forEach((name, folder) -> others.put("quantised model " + name, folder));
    return others;
  }

  /**
   * A setting's model in its form.
   *
   * @throws CheckpointException if it is damaged, or the form does not suit it
   * @throws LabException if the folder has another form than the setting says
   */
  ModelPlan opened(Setting setting) {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(folder(setting)), setting.form());
    if (!plan.options().quantization().equals(setting.form().quantization())) {
      throw new LabException(
          folder(setting)
              + " is stored as "
              + plan.options().quantization().text()
              + ", so there is no "
              + setting
              + "; give the model that it was made from with --model, and this with --quantized");
    }
    return plan;
  }

  /** Whether a setting's model is a smaller form of the base. */
  public boolean isPruned(Setting setting) {
    return pruned.containsKey(setting.model());
  }

  /**
   * Settings whose form suits their model.
   *
   * @param leftOut hears of each of the others, with the reason
   */
  public List<Setting> suited(List<Setting> settings, Consumer<String> leftOut) {
    List<Setting> suited = new ArrayList<>();
    for (Setting s : settings) {
      try {
        if (!s.isPlain()) {
          opened(s);
        }
        suited.add(s);
      } catch (CheckpointException e) {
        leftOut.accept(s + ": " + e.getMessage());
      }
    }
    return suited;
  }
}
