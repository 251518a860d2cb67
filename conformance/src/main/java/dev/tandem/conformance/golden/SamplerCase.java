package dev.tandem.conformance.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.sampling.NoiseSource;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.SamplerState;
import dev.tandem.stages.sampling.Samplers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A whole run of one of diffusers' schedulers: its model outputs and noises go in, timesteps, model
 * inputs and every sample must come out.
 *
 * @param key of the case in the JSON file and before the slash in the tensors' names
 * @param description class, steps, config and arguments of {@code step()}
 */
record SamplerCase(String name, String key, JsonNode description, Path tensors)
    implements GoldenCase.Plain {
  /** Of these, sigmas are checked by what follows from them: model inputs and samples. */
  private static final Set<String> TENSORS =
      Set.of("timesteps", "sigmas", "samples", "model_outputs", "model_inputs", "noises");

  private static final Set<String> KEYS =
      Set.of("scheduler", "steps", "config", "step_args", "init_noise_sigma");

  @Override
  public List<Check> run() {
    try (SafeTensors golden = SafeTensors.open(tensors)) {
      Set<String> unknown =
          golden.names().stream()
              .filter(n -> n.startsWith(key + "/"))
              .map(n -> n.substring(key.length() + 1))
              .filter(n -> !TENSORS.contains(n))
              .collect(Collectors.toSet());
      description
          .fieldNames()
          .forEachRemaining(k -> unknown.addAll(KEYS.contains(k) ? Set.of() : Set.of(k)));
      if (!unknown.isEmpty()) {
        return List.of(Check.failed(name, Check.JAVA, "unknown tensors or keys " + unknown));
      }
      return new Run(golden).checks();
    }
  }

  /** The comparison while the tensors are open. */
  private final class Run {
    private final float[] timesteps;
    private final float[] samples;
    private final float[] inputs;
    private final float[] outputs;
    private final float[] noises;
    private final int size;
    private int drawn;

    Run(SafeTensors golden) {
      timesteps = golden.get(key + "/timesteps").toFloats();
      samples = golden.get(key + "/samples").toFloats();
      inputs = golden.get(key + "/model_inputs").toFloats();
      outputs = golden.get(key + "/model_outputs").toFloats();
      noises =
          golden.contains(key + "/noises") ? golden.get(key + "/noises").toFloats() : new float[0];
      size = samples.length / (timesteps.length + 1);
    }

    List<Check> checks() {
      Sampler sampler =
          Samplers.fromDiffusers(
              description.path("scheduler").asText(),
              description.path("config"),
              description.path("step_args"),
              description.path("steps").asInt());
      if (sampler.evaluations() != timesteps.length) {
        return List.of(
            Check.failed(
                name,
                Check.JAVA,
                sampler.evaluations() + " evaluations, expected " + timesteps.length));
      }
      double sigma = description.path("init_noise_sigma").asDouble();
      double timestepError = 0;
      double inputError = 0;
      double sampleError = 0;
      NoiseSource noise =
          n -> Arrays.copyOfRange(noises, drawn, Math.min(drawn += n, noises.length));
      SamplerState state = sampler.start(part(samples, 0));
      for (int i = 0; i < timesteps.length; i++) {
        timestepError = Math.max(timestepError, Math.abs(sampler.timestep(state) - timesteps[i]));
        inputError = Math.max(inputError, error(sampler.modelInput(state), part(inputs, i)));
        state = sampler.next(state, part(outputs, i), noise);
        sampleError = Math.max(sampleError, error(sampler.sample(state), part(samples, i + 1)));
      }
      return List.of(
          Check.of(
              name + " init_noise_sigma",
              Check.JAVA,
              Math.abs(sampler.initNoiseSigma() - sigma) / sigma,
              Bounds.TRAJECTORY),
          Check.of(name + " timesteps", Check.JAVA, timestepError, timestepBound()),
          Check.of(name + " model_inputs", Check.JAVA, inputError, Bounds.TRAJECTORY),
          Check.of(name + " samples", Check.JAVA, sampleError, Bounds.TRAJECTORY),
          Check.of(
              name + " noise values drawn",
              Check.JAVA,
              Math.abs(drawn - noises.length),
              Bounds.EXACT));
    }

    /** Relative to the largest magnitude of this one sample, not of the noisiest. */
    private double error(float[] actual, float[] expected) {
      return OpCaseRunner.error(actual, expected);
    }

    private double timestepBound() {
      for (float t : timesteps) {
        if (t != Math.rint(t)) {
          return Bounds.FRACTIONAL_TIMESTEP;
        }
      }
      return Bounds.EXACT;
    }

    private float[] part(float[] all, int index) {
      return Arrays.copyOfRange(all, index * size, (index + 1) * size);
    }
  }
}
