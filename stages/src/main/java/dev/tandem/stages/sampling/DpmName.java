package dev.tandem.stages.sampling;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The short name of a sampler of the DPM-Solver family: {@code dpmpp_2m}, {@code dpm_3s}, {@code
 * dpmpp_2m_sde}. It says all that tells two of them apart, so that a name made from a model's
 * config gives the same sampler again.
 *
 * @param algorithm {@code dpm} or {@code dpmpp}, with {@code _sde} where it adds noise
 * @param order 1 to 3
 * @param singlestep {@code s} or, if not, {@code m}
 */
record DpmName(DpmAlgorithm algorithm, int order, boolean singlestep) {
  private static final Pattern FORM = Pattern.compile("dpm(pp)?_([123])([ms])(_sde)?");

  /** Reads a name, in any case. */
  static Optional<DpmName> parse(String name) {
    Matcher match = FORM.matcher(name.toLowerCase(Locale.ROOT));
    if (!match.matches()) {
      return Optional.empty();
    }
    boolean clean = match.group(1) != null;
    boolean stochastic = match.group(4) != null;
    return Optional.of(
        new DpmName(
            DpmAlgorithm.of(clean, stochastic),
            Integer.parseInt(match.group(2)),
            match.group(3).equals("s")));
  }

  /** What a config describes. */
  static DpmName of(SchedulerConfig config, boolean singlestep) {
    return new DpmName(DpmAlgorithm.of(config), config.integer("solver_order", 2), singlestep);
  }

  /** Which solver runs it. */
  Solver solver() {
    return singlestep ? Solver.DPMPP_2S : Solver.DPMPP_2M;
  }

  /** A model's config with what the name fixes. */
  SchedulerConfig fix(SchedulerConfig config) {
    return config
        .with("algorithm_type", TextNode.valueOf(algorithm.key()))
        .with("solver_order", IntNode.valueOf(order));
  }

  @Override
  public String toString() {
    return (algorithm.usesCleanLatent() ? "dpmpp_" : "dpm_")
        + order
        + (singlestep ? "s" : "m")
        + (algorithm.isStochastic() ? "_sde" : "");
  }
}
