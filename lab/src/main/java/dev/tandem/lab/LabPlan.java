package dev.tandem.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a lab draws.
 *
 * @param model folder of the model
 * @param students folders of distilled models by the name that settings use
 * @param settings to compare, without doubles
 * @param reference whose pictures deterministic settings are compared with, by PSNR
 * @param pairs how many prompts with a seed each
 * @param seed of the first pair, unsigned; pair i has seed + i
 * @param guidance of every picture
 * @param margin largest difference of the CLIP score that counts as none, stated beforehand
 * @param device that computes
 * @param seconds after which no further picture is begun; empty for no limit
 */
public record LabPlan(
    Path model,
    Map<String, Path> students,
    List<Setting> settings,
    Setting reference,
    int pairs,
    long seed,
    float guidance,
    double margin,
    String device,
    Optional<Integer> seconds) {
  /** Solvers whose pictures depend on nothing but the starting noise. */
  private static final List<String> DETERMINISTIC_PREFIXES =
      List.of("ddim", "euler", "heun", "lms", "plms", "pndm", "dpm", "unipc");

  private static final int MOST_PAIRS = 100_000;

  public LabPlan {
    students = new LinkedHashMap<>(students);
    settings = List.copyOf(new LinkedHashSet<>(settings));
    if (settings.isEmpty()) {
      throw new LabException("a lab needs at least one setting");
    }
    if (pairs < 1 || pairs > MOST_PAIRS) {
      throw new LabException("a lab takes 1 to " + MOST_PAIRS + " pairs, got " + pairs);
    }
    if (!(margin > 0 && margin <= 1)) {
      throw new LabException("the margin of equivalence must be above 0, at most 1, got " + margin);
    }
    for (Setting s : settings) {
      if (!s.model().equals(Setting.BASE) && !students.containsKey(s.model())) {
        throw new LabException(
            "setting "
                + s
                + " needs a student '"
                + s.model()
                + "'; there are "
                + students.keySet());
      }
    }
  }

  /** All that is drawn: the settings and the reference. */
  public List<Setting> drawn() {
    LinkedHashSet<Setting> all = new LinkedHashSet<>(settings);
    all.add(reference);
    return List.copyOf(all);
  }

  /**
   * The same in the order of drawing: settings of up to 100 steps, of up to 250, and of more. Those
   * that are drawn together meet the same state of the machine.
   */
  public List<List<Setting>> passes() {
    Map<Integer, List<Setting>> byCost = new TreeMap<>();
    for (Setting s : drawn()) {
      int pass = s.steps() <= 100 ? 0 : s.steps() <= 250 ? 1 : 2;
      byCost.computeIfAbsent(pass, p -> new ArrayList<>()).add(s);
    }
    return List.copyOf(byCost.values());
  }

  /** The folder that a setting's model is in. */
  public Path folder(Setting setting) {
    return setting.model().equals(Setting.BASE) ? model : students.get(setting.model());
  }

  /**
   * Whether a setting solves the same equation as the reference, so that their pictures can be
   * compared one by one.
   */
  public static boolean isDeterministic(Setting setting) {
    String s = setting.sampler();
    return !s.startsWith("euler_a")
        && !s.contains("sde")
        && DETERMINISTIC_PREFIXES.stream().anyMatch(s::startsWith);
  }
}
