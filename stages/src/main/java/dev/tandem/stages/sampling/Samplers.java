package dev.tandem.stages.sampling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Makes samplers from the names and files that users have. */
public final class Samplers {
  /** What a name may end on, in the order in which they are listed to users. */
  private static final List<SigmaSpacing> SUFFIXES =
      List.of(SigmaSpacing.KARRAS, SigmaSpacing.EXPONENTIAL, SigmaSpacing.BETA, SigmaSpacing.LU);

  private Samplers() {}

  /**
   * The short names of all samplers. Those of {@link #spacedNames} also take the suffixes {@code
   * _karras}, {@code _exponential} and {@code _beta}. Relatives of the DPM-Solvers are accepted as
   * well: {@code dpm_2m}, {@code dpmpp_3s}, {@code dpmpp_3m_sde}, {@code dpmpp_2m_lu}.
   */
  public static List<String> names() {
    return Arrays.stream(Solver.values()).map(Solver::id).toList();
  }

  /** The short names of the samplers that take a suffix for the spacing of their noise levels. */
  public static List<String> spacedNames() {
    return names(Solver::takesSigmaSpacing);
  }

  /** The short names of the samplers that can limit predicted pictures dynamically. */
  public static List<String> thresholdingNames() {
    return names(Solver::takesThresholding);
  }

  private static List<String> names(Predicate<Solver> wanted) {
    return Arrays.stream(Solver.values()).filter(wanted).map(Solver::id).toList();
  }

  /**
   * A model's config with dynamic thresholding (Saharia et al. 2022, section 2.3) switched on.
   *
   * @param ratio the quantile of a predicted picture's magnitudes that becomes the limit
   * @param largest the largest limit; 0 keeps the model's {@code sample_max_value}
   */
  public static JsonNode withThresholding(JsonNode schedulerConfig, double ratio, double largest) {
    ObjectNode copy = schedulerConfig.deepCopy();
    copy.put("thresholding", true).put("dynamic_thresholding_ratio", ratio);
    return largest == 0 ? copy : copy.put("sample_max_value", largest);
  }

  /**
   * Refuses a sampler that would ignore dynamic thresholding.
   *
   * @param name its short name
   * @throws IllegalArgumentException if it does not threshold; lists those that do
   */
  public static void requireThresholding(String name) {
    require(name, "dynamic thresholding", Solver::takesThresholding);
  }

  /**
   * Refuses a sampler that would ignore {@link StepOptions#eta}.
   *
   * @param name its short name
   * @throws IllegalArgumentException if it has none; lists those that have it
   */
  public static void requireEta(String name) {
    require(name, "eta", Solver::takesEta);
  }

  private static void require(String name, String what, Predicate<Solver> takes) {
    String plain = suffix(name).map(s -> withoutSuffix(name, s)).orElse(name);
    boolean has =
        Solver.ofName(plain)
            .or(() -> DpmName.parse(plain).map(DpmName::solver))
            .filter(takes)
            .isPresent();
    if (!has) {
      throw new IllegalArgumentException(
          "sampler '"
              + name
              + "' has no "
              + what
              + "; those that have it: "
              + String.join(", ", names(takes)));
    }
  }

  /** AUTOMATIC1111's names that are accepted, without their suffixes. */
  public static List<String> otherNames() {
    return Arrays.stream(Solver.values()).flatMap(s -> s.otherName().stream()).toList();
  }

  /**
   * What AUTOMATIC1111 calls the sampler of a short name, for example {@code DPM++ 2M Karras}; the
   * short name itself where it has none.
   */
  public static String otherName(String name) {
    Optional<SigmaSpacing> spacing = suffix(name);
    String solver = spacing.map(s -> withoutSuffix(name, s)).orElse(name);
    return Solver.ofName(solver)
        .flatMap(Solver::otherName)
        .map(other -> other + spacing.map(s -> " " + capitalised(s.suffix())).orElse(""))
        .orElse(name);
  }

  private static String capitalised(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  /**
   * The sampler of a name with a model's settings.
   *
   * @param name a short name ({@code dpmpp_2m}, {@code euler_karras}) or one of AUTOMATIC1111
   *     ({@code DPM++ 2M Karras}, {@code Euler a}), in any case
   * @param schedulerConfig the model's {@code scheduler_config.json}, made for this sampler or
   *     another: what both know is kept, as diffusers' {@code from_config} does
   * @param steps how many steps, at least 1
   * @throws IllegalArgumentException for an unknown name, or a setting that cannot be honoured
   */
  public static Sampler of(String name, JsonNode schedulerConfig, int steps) {
    return of(name, schedulerConfig, StepOptions.DEFAULT, steps);
  }

  /** The same, with what diffusers takes as arguments of {@code step()}. */
  public static Sampler of(String name, JsonNode schedulerConfig, StepOptions options, int steps) {
    Optional<SigmaSpacing> spacing = suffix(name);
    String plain = spacing.map(s -> withoutSuffix(name, s)).orElse(name);
    Optional<DpmName> dpm = DpmName.parse(plain);
    Solver solver =
        Solver.ofName(plain)
            .or(() -> dpm.map(DpmName::solver))
            .filter(found -> spacing.isEmpty() || found.takesSigmaSpacing())
            .orElseThrow(() -> unknown(name));
    SchedulerConfig own = new SchedulerConfig(schedulerConfig);
    SchedulerConfig config = dpm.map(d -> d.fix(own)).orElseGet(() -> solver.fix(own));
    if (spacing.isPresent()) {
      config = spaced(config, spacing.get());
    } else if (solver == Solver.EULER_ANCESTRAL) {
      // This class of diffusers does not know the switches that a config may hold for others.
      config = spaced(config, SigmaSpacing.TIMESTEPS);
    }
    return make(solver, dpm.map(DpmName::toString).orElse(solver.id()), config, options, steps);
  }

  /**
   * The sampler that a model's {@code scheduler_config.json} names in {@code _class_name}, with all
   * its settings. Its name, with the same config, gives the same sampler again.
   */
  public static Sampler of(JsonNode schedulerConfig, int steps) {
    return of(schedulerConfig, StepOptions.DEFAULT, steps);
  }

  /** The same, with what diffusers takes as arguments of {@code step()}. */
  public static Sampler of(JsonNode schedulerConfig, StepOptions options, int steps) {
    return fromDiffusers(
        schedulerConfig.path("_class_name").asText(), schedulerConfig, options, steps);
  }

  /**
   * The sampler of a diffusers scheduler class.
   *
   * @param className for example {@code DDIMScheduler}
   * @param config the arguments of its constructor, or its {@code scheduler_config.json}
   * @param stepArgs the arguments of its {@code step()} method; may be empty
   * @param steps how many steps, at least 1
   * @throws IllegalArgumentException for an unknown class, or a setting that cannot be honoured
   */
  public static Sampler fromDiffusers(
      String className, JsonNode config, JsonNode stepArgs, int steps) {
    return fromDiffusers(className, config, StepOptions.of(stepArgs), steps);
  }

  private static Sampler fromDiffusers(
      String className, JsonNode json, StepOptions options, int steps) {
    Solver solver = Solver.ofClass(className).orElseThrow(() -> unknownClass(className));
    SchedulerConfig config = new SchedulerConfig(json);
    if (solver == Solver.EULER_ANCESTRAL) {
      config = spaced(config, SigmaSpacing.TIMESTEPS);
    }
    return make(solver, describe(solver, config), config, options, steps);
  }

  private static Sampler make(
      Solver solver, String name, SchedulerConfig config, StepOptions options, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps is " + steps + ": at least 1 is needed");
    }
    String suffix = solver.takesSigmaSpacing() ? SigmaSpacing.of(config).suffix() : "";
    String fullName = suffix.isEmpty() ? name : name + "_" + suffix;
    return solver.make(fullName, config, options, steps);
  }

  /** The short name of what a config of this class describes. */
  private static String describe(Solver solver, SchedulerConfig config) {
    return switch (solver) {
      case PNDM -> config.flag("skip_prk_steps", false) ? Solver.PLMS.id() : Solver.PNDM.id();
      case DPMPP_2M -> DpmName.of(config, false).toString();
      case DPMPP_2S -> DpmName.of(config, true).toString();
      default -> solver.id();
    };
  }

  private static Optional<SigmaSpacing> suffix(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SUFFIXES.stream()
        .filter(s -> lower.endsWith("_" + s.suffix()) || lower.endsWith(" " + s.suffix()))
        .findFirst();
  }

  private static String withoutSuffix(String name, SigmaSpacing spacing) {
    return name.substring(0, name.length() - spacing.suffix().length() - 1);
  }

  private static SchedulerConfig spaced(SchedulerConfig config, SigmaSpacing wanted) {
    SchedulerConfig result = config;
    for (SigmaSpacing spacing : SigmaSpacing.values()) {
      if (spacing != SigmaSpacing.TIMESTEPS) {
        result = result.with(spacing.key(), BooleanNode.valueOf(spacing == wanted));
      }
    }
    return result;
  }

  private static IllegalArgumentException unknown(String name) {
    List<String> suffixes = SUFFIXES.stream().map(s -> "_" + s.suffix()).toList();
    return new IllegalArgumentException(
        "sampler '"
            + name
            + "' does not exist here; there are: "
            + String.join(", ", names())
            + " ("
            + String.join(", ", suffixes)
            + " may follow "
            + String.join(", ", spacedNames())
            + "), and of the names of AUTOMATIC1111: "
            + String.join(", ", otherNames()));
  }

  private static IllegalArgumentException unknownClass(String className) {
    List<String> classes = new ArrayList<>();
    for (Solver solver : Solver.values()) {
      classes.add(solver.diffusersClass());
    }
    return new IllegalArgumentException(
        "scheduler_config.json: _class_name '"
            + className
            + "' is not supported; supported are "
            + String.join(", ", Set.copyOf(classes).stream().sorted().toList()));
  }
}
