package dev.tandem.lab;

import dev.tandem.stages.ModelOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a lab draws.
 *
 * @param models whose settings may be named
 * @param settings to compare, without doubles
 * @param reference whose pictures other deterministic settings of the model as it is are compared
 *     with, one by one; pictures of cheaper forms are compared with those of {@link #exact}
 * @param pairs how many prompts with a seed each
 * @param seed of the first pair, unsigned; pair i has seed + i
 * @param guidance of every picture
 * @param margin largest difference of the CLIP score that counts as none, stated beforehand
 * @param device that computes
 * @param seconds after which no further picture is begun; empty for no limit
 */
public record LabPlan(
    LabModels models,
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

  public LabPlan {
    settings = List.copyOf(new LinkedHashSet<>(settings));
    if (settings.isEmpty()) {
      throw new LabException("a lab needs at least one setting");
    }
    if (pairs < 1 || pairs > LabPair.MOST) {
      throw new LabException("a lab takes 1 to " + LabPair.MOST + " pairs, got " + pairs);
    }
    if (!(margin > 0 && margin <= 1)) {
      throw new LabException("the margin of equivalence must be above 0, at most 1, got " + margin);
    }
    for (Setting s : settings) {
      if (!models.has(s)) {
        throw new LabException(
            "setting "
                + s
                + " needs a model '"
                + s.model()
                + "'; there are "
                + models.names()
                + ", and --pruned names more");
      }
    }
  }

  /**
   * What a cheaper form is to draw: the same sampler and steps with the model as it is, of a pruned
   * model with its base. Empty for a model as it is.
   */
  public Optional<Setting> exact(Setting setting) {
    Setting plain = setting.withForm(ModelOptions.DEFAULT);
    Setting exact = models.isPruned(setting) ? plain.ofBase() : plain;
    return exact.equals(setting) ? Optional.empty() : Optional.of(exact);
  }

  /** Whose pictures a setting's are compared with, one by one, if any. */
  public Optional<Setting> referenceOf(Setting setting) {
    Optional<Setting> exact = exact(setting);
    boolean same = setting.model().equals(reference.model()) && !setting.equals(reference);
    return exact.isPresent() || !same || !isDeterministic(setting) ? exact : Optional.of(reference);
  }

  /** All that is drawn: the settings and what they are compared with. */
  public List<Setting> drawn() {
    LinkedHashSet<Setting> all = new LinkedHashSet<>(settings);
    settings.forEach(s -> referenceOf(s).ifPresent(all::add));
    return List.copyOf(all);
  }

  /**
   * What is drawn once more from other seeds, to know what a seed alone changes: what cheaper forms
   * are compared with.
   */
  public List<Setting> reseeded() {
    return settings.stream().flatMap(s -> exact(s).stream()).distinct().toList();
  }

  /**
   * All in the order of drawing: settings of up to 100 steps, those from other seeds, settings of
   * up to 250 steps, and of more. Those that are drawn together meet the same state of the machine.
   */
  List<LabRun.Pass> passes(List<LabPair> prompts) {
    Map<Integer, List<Setting>> byCost = new TreeMap<>();
    for (Setting s : drawn()) {
      int pass = s.steps() <= 100 ? 0 : s.steps() <= 250 ? 2 : 3;
      byCost.computeIfAbsent(pass, p -> new ArrayList<>()).add(s);
    }
    Map<Integer, LabRun.Pass> passes = new TreeMap<>();
    byCost.forEach((cost, group) -> passes.put(cost, new LabRun.Pass(group, prompts)));
    if (!reseeded().isEmpty()) {
      List<LabPair> others = prompts.stream().map(LabPair::reseeded).toList();
      passes.put(1, new LabRun.Pass(reseeded(), others));
    }
    return List.copyOf(passes.values());
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
