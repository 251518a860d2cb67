package dev.tandem.stages.sampling;

import com.fasterxml.jackson.databind.node.BooleanNode;
import java.util.Optional;

/**
 * The samplers that exist, under the names users know: ours, AUTOMATIC1111's where its algorithm is
 * the same, and the diffusers class.
 */
enum Solver {
  DDPM("ddpm", "", "DDPMScheduler"),
  DDIM("ddim", "DDIM", "DDIMScheduler"),
  PNDM("pndm", "", "PNDMScheduler"),
  PLMS("plms", "PLMS", "PNDMScheduler"),
  LMS("lms", "LMS", "LMSDiscreteScheduler"),
  EULER("euler", "Euler", "EulerDiscreteScheduler"),
  EULER_ANCESTRAL("euler_a", "Euler a", "EulerAncestralDiscreteScheduler"),
  HEUN("heun", "Heun", "HeunDiscreteScheduler"),
  DPMPP_2M("dpmpp_2m", "DPM++ 2M", "DPMSolverMultistepScheduler"),
  DPMPP_3M("dpmpp_3m", "", "DPMSolverMultistepScheduler"),
  DPMPP_2M_SDE("dpmpp_2m_sde", "DPM++ 2M SDE", "DPMSolverMultistepScheduler"),
  DPMPP_2S("dpmpp_2s", "", "DPMSolverSinglestepScheduler"),
  UNIPC("unipc", "UniPC", "UniPCMultistepScheduler"),
  LCM("lcm", "LCM", "LCMScheduler");

  private final String id;
  private final String otherName;
  private final String diffusersClass;

  Solver(String id, String otherName, String diffusersClass) {
    this.id = id;
    this.otherName = otherName;
    this.diffusersClass = diffusersClass;
  }

  /** The short name. */
  String id() {
    return id;
  }

  /** AUTOMATIC1111's name of the same algorithm, if it has it. */
  Optional<String> otherName() {
    return otherName.isEmpty() ? Optional.empty() : Optional.of(otherName);
  }

  String diffusersClass() {
    return diffusersClass;
  }

  /** Whether its noise levels can be spaced otherwise than by timesteps. */
  boolean takesSigmaSpacing() {
    return switch (this) {
      case DDPM, DDIM, PNDM, PLMS, LCM -> false;
      case LMS, EULER, EULER_ANCESTRAL, HEUN -> true;
      case DPMPP_2M, DPMPP_3M, DPMPP_2M_SDE, DPMPP_2S, UNIPC -> true;
    };
  }

  /** Whether dynamic thresholding can be switched on. */
  boolean takesThresholding() {
    return switch (this) {
      case DDPM, DDIM, LCM, DPMPP_2M, DPMPP_3M, DPMPP_2M_SDE, DPMPP_2S, UNIPC -> true;
      case PNDM, PLMS, LMS, EULER, EULER_ANCESTRAL, HEUN -> false;
    };
  }

  /** Whether the amount of noise that it adds can be chosen. */
  boolean takesEta() {
    return this == DDIM;
  }

  /** The first solver of a diffusers class, for runs that take all settings from the config. */
  static Optional<Solver> ofClass(String className) {
    for (Solver solver : values()) {
      if (solver.diffusersClass.equals(className)) {
        return Optional.of(solver);
      }
    }
    return Optional.empty();
  }

  /** The solver of any of its names, in any case. */
  static Optional<Solver> ofName(String name) {
    for (Solver solver : values()) {
      if (solver.id.equalsIgnoreCase(name)
          || (!name.isEmpty() && solver.otherName.equalsIgnoreCase(name))) {
        return Optional.of(solver);
      }
    }
    return Optional.empty();
  }

  /** A model's config with what this solver's name fixes. */
  SchedulerConfig fix(SchedulerConfig config) {
    return switch (this) {
      case DDPM, DDIM, PNDM, LMS, EULER, EULER_ANCESTRAL, HEUN, UNIPC, LCM -> config;
      case PLMS -> config.with("skip_prk_steps", BooleanNode.TRUE);
      case DPMPP_2M, DPMPP_3M, DPMPP_2M_SDE, DPMPP_2S ->
          DpmName.parse(id).orElseThrow().fix(config);
    };
  }

  /** Makes the sampler. */
  Sampler make(String name, SchedulerConfig config, StepOptions options, int steps) {
    return switch (this) {
      case DDPM -> DdpmSampler.of(name, config, steps);
      case DDIM -> DdimSampler.of(name, config, options, steps);
      case PNDM, PLMS -> PndmSampler.of(name, config, steps);
      case LMS -> LmsSampler.of(name, config, options, steps);
      case EULER -> EulerSampler.of(name, config, options, steps);
      case EULER_ANCESTRAL -> EulerAncestralSampler.of(name, config, steps);
      case HEUN -> HeunSampler.of(name, config, steps);
      case DPMPP_2M, DPMPP_3M, DPMPP_2M_SDE -> DpmSampler.multistep(name, config, steps);
      case DPMPP_2S -> DpmSampler.singlestep(name, config, steps);
      case UNIPC -> UniPcSampler.of(name, config, steps);
      case LCM -> LcmSampler.of(name, config, steps);
    };
  }
}
