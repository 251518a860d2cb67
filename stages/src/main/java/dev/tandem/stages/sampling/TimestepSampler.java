package dev.tandem.stages.sampling;

/** What all samplers share: a fixed list of timesteps, walked from first to last. */
abstract class TimestepSampler implements Sampler {
  private final String name;
  private final float[] timesteps;
  private final float initNoiseSigma;

  TimestepSampler(String name, float[] timesteps, float initNoiseSigma) {
    this.name = name;
    this.timesteps = timesteps.clone();
    this.initNoiseSigma = initNoiseSigma;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final int evaluations() {
    return timesteps.length;
  }

  @Override
  public final float initNoiseSigma() {
    return initNoiseSigma;
  }

  @Override
  public final SamplerState start(float[] initialSample) {
    return SamplerState.start(Latent.of(initialSample), 0);
  }

  @Override
  public final SamplerState start(float[] clean, float[] noise, int first) {
    if (first < 0 || first >= timesteps.length || first % evaluationsPerStep() != 0) {
      throw new IllegalArgumentException(
          name + " cannot begin at evaluation " + first + " of " + timesteps.length);
    }
    if (noise.length != clean.length) {
      throw new IllegalArgumentException(
          name + ": " + noise.length + " noise values for a latent of " + clean.length);
    }
    return SamplerState.start(noisy(Latent.of(clean), Latent.of(noise), first), first);
  }

  /** The clean latent with the noise of an evaluation. */
  abstract Latent noisy(Latent clean, Latent noise, int evaluation);

  /** The same where {@code alpha} of the variance is left. */
  static Latent noisy(Latent clean, Latent noise, double alpha) {
    return Latent.sum(clean.by(Math.sqrt(alpha)), noise.by(Math.sqrt(1 - alpha)));
  }

  @Override
  public final float timestep(SamplerState state) {
    requireOpen(state);
    return timesteps[state.step()];
  }

  @Override
  public final float[] modelInput(SamplerState state) {
    requireOpen(state);
    return scaledInput(state).toArray();
  }

  @Override
  public final SamplerState next(SamplerState state, float[] modelOutput, NoiseSource noise) {
    requireOpen(state);
    if (modelOutput.length != state.latent().size()) {
      throw new IllegalArgumentException(
          name
              + ": the model gave "
              + modelOutput.length
              + " values for a latent of "
              + state.latent().size());
    }
    return step(state, Latent.of(modelOutput), noise);
  }

  /** What the denoiser sees; the sample itself unless a solver overrides this. */
  Latent scaledInput(SamplerState state) {
    return state.latent();
  }

  /** One step of the solver, from a state that is not done. */
  abstract SamplerState step(SamplerState state, Latent output, NoiseSource noise);

  /** As many noise values as the state's latent has. */
  static Latent draw(SamplerState state, NoiseSource noise) {
    return Latent.of(noise.normal(state.latent().size()));
  }

  private void requireOpen(SamplerState state) {
    if (done(state)) {
      throw new IllegalStateException(
          name + ": the run is done after " + evaluations() + " evaluations");
    }
  }
}
