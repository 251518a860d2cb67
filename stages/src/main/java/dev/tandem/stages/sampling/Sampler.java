package dev.tandem.stages.sampling;

/**
 * A numerical solver that turns noise into a clean latent by asking a denoiser a fixed number of
 * times. A sampler is an immutable description with all its coefficients worked out; a run is a
 * chain of immutable {@link SamplerState}s, so it can be stopped, resumed, repeated and branched:
 *
 * <pre>
 *   SamplerState s = sampler.start(noise times sampler.initNoiseSigma());
 *   while (!sampler.done(s)) {
 *     float[] output = denoiser(sampler.modelInput(s), sampler.timestep(s));
 *     s = sampler.next(s, output, noiseSource);
 *   }
 *   float[] latent = sampler.sample(s);
 * </pre>
 *
 * Arrays hold one picture, in any layout, as long as it stays the same through a run. Arrays that
 * go in are copied, arrays that come out are the caller's.
 */
public interface Sampler {
  /** The short name, for example {@code dpmpp_2m_karras}. */
  String name();

  /** How many times a run from the beginning asks the denoiser. */
  int evaluations();

  /** By what standard normal noise is multiplied to make the initial sample. */
  float initNoiseSigma();

  /** The state before the first evaluation. */
  SamplerState start(float[] initialSample);

  /**
   * The state of a run that sets out in the middle, from a clean latent with as much noise as there
   * is at that evaluation: image to image (diffusers {@code add_noise}).
   *
   * @param noise standard normal, as many values as {@code clean}
   * @param first which evaluation is the first, from 0; a multiple of {@link #evaluationsPerStep}
   */
  SamplerState start(float[] clean, float[] noise, int first);

  /** Evaluations that belong to one step, as diffusers counts: 2 for Heun, else 1. */
  default int evaluationsPerStep() {
    return 1;
  }

  /** Whether the run has reached its end. */
  default boolean done(SamplerState state) {
    return state.step() >= evaluations();
  }

  /**
   * The timestep that the denoiser is asked at, in training steps; fractional for some schedules.
   *
   * @throws IllegalStateException when the run is done
   */
  float timestep(SamplerState state);

  /** The sample as the denoiser wants it, scaled where the solver works on another scale. */
  float[] modelInput(SamplerState state);

  /**
   * Takes one answer of the denoiser. The same arguments give the same state, and {@code state}
   * stays usable; only {@code noise} moves on, and only if the sampler draws.
   *
   * @param modelOutput what the denoiser said of {@link #modelInput} at {@link #timestep}
   * @throws IllegalStateException when the run is done
   * @throws IllegalArgumentException when the output has another size than the sample
   */
  SamplerState next(SamplerState state, float[] modelOutput, NoiseSource noise);

  /** The sample of a state; of a done state: the clean latent. */
  default float[] sample(SamplerState state) {
    return state.latent().toArray();
  }
}
