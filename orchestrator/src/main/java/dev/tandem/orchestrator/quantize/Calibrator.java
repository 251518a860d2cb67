package dev.tandem.orchestrator.quantize;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executables;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.Evaluation;
import dev.tandem.stages.Half;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.TextStage;
import dev.tandem.stages.quantize.Observed;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;

/**
 * Runs a model with real numbers and looks at what its U-Net's products read: of each prompt the
 * whole way from noise to a picture with guidance, because the values change with the timestep.
 */
final class Calibrator implements AutoCloseable {
  private static final String SOLVER = "dpmpp_2m";
  private static final String OF_STUDENTS = "lcm";

  private final ModelPlan plan;
  private final Sampler sampler;
  private final Executables executables;
  private final TextStage text;
  private final DenoiseStage denoise;

  /**
   * Reads the model; compiles nothing.
   *
   * @param device closed by who opened it
   */
  Calibrator(ModelPlan model, Device device, int steps) {
    plan = model.tapped();
    var config = plan.folder().scheduler().config().json();
    Sampler own = Samplers.of(config, steps);
    sampler = own.name().equals(OF_STUDENTS) ? own : Samplers.of(SOLVER, config, steps);
    executables = new Executables(device);
    text = new TextStage(plan, executables, CompileOptions.DEFAULT);
    denoise = new DenoiseStage(plan, executables, CompileOptions.DEFAULT);
  }

  /** Looks at one prompt's values; the seed is the prompt's number. */
  void look(int number, String prompt, Observed observed) {
    Conditioning with = text.encode(prompt, Runner.DIRECT, warning -> {});
    Conditioning without = text.encodeNegative("", Runner.DIRECT, warning -> {});
    Denoising d =
        new Denoising(
            new DenoiseStage.Job(
                with,
                without,
                Guidance.of(Request.DEFAULT_GUIDANCE),
                number,
                plan.ownHeight() / plan.scaleFactor(),
                plan.ownWidth() / plan.scaleFactor(),
                sampler),
            plan);
    Runner seen =
        (executable, step) -> {
          executable.run();
          observed.add(executable::output);
        };
    while (!d.done()) {
      Evaluation conditional = denoise.evaluate(d, Half.CONDITIONAL, seen);
      if (d.guided()) {
        d.advance(denoise.evaluate(d, Half.UNCONDITIONAL, seen), conditional);
      } else {
        d.advance(conditional);
      }
    }
  }

  @Override
  public void close() {
    denoise.close();
    text.close();
    executables.close();
  }
}
