package dev.tandem.stages;

import dev.tandem.stages.random.TorchGenerator;
import dev.tandem.stages.sampling.NoiseSource;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.SamplerState;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the denoising of one picture stands, with what a cache keeps of its evaluations. It knows
 * no device: each evaluation of the U-Net may be done on another one, the halves of one on two, and
 * an evaluation that failed may be repeated, for evaluations only read; {@link #advance} alone
 * writes. One thread at a time.
 *
 * <pre>
 *   Denoising d = new Denoising(job, plan);
 *   while (!d.done()) {
 *     d.advance(stage.evaluate(d, d.guided() ? Half.BOTH : Half.CONDITIONAL, runner));
 *   }
 *   float[] latents = d.latents();
 * </pre>
 */
public final class Denoising {
  private final DenoiseStage.Job job;
  private final boolean guided;
  private final NoiseSource noise;
  private final Map<Half, Kept> kept = new EnumMap<>(Half.class);
  private SamplerState state;
  private int shallow;

  /** The denoising of a picture by a model, before its first evaluation. */
  public Denoising(DenoiseStage.Job job, ModelPlan plan) {
    this.job = job;
    guided = plan.guided(job.guidance().scale());
    int channels = plan.latentChannels();
    TorchGenerator generator = new TorchGenerator(job.seed());
    noise = n -> Layout.toChannelsLast(generator.randn(n), channels);
    int size = job.height() * job.width() * channels;
    state = job.picture().map(p -> inTheMiddle(p, size, plan)).orElseGet(() -> fromNoise(size));
  }

  private SamplerState fromNoise(int size) {
    float[] start = noise.normal(size);
    for (int i = 0; i < start.length; i++) {
      start[i] *= sampler().initNoiseSigma();
    }
    return sampler().start(start);
  }

  /** As in diffusers the seed draws first from what the encoder says, then the noise. */
  private SamplerState inTheMiddle(EncodedPicture picture, int size, ModelPlan plan) {
    float[] clean = picture.latents(noise);
    if (clean.length != size) {
      throw new IllegalArgumentException(
          "the encoded picture has " + clean.length + " values, the latents have " + size);
    }
    plan.latentScaling().fromEncoder(clean);
    return sampler().start(clean, noise.normal(size), job.course().first());
  }

  DenoiseStage.Job job() {
    return job;
  }

  /** Whether each evaluation has an unconditional half as well. */
  public boolean guided() {
    return guided;
  }

  /** Evaluations of the U-Net in all: those that are left where a picture is given. */
  public int evaluations() {
    return job.course().evaluations();
  }

  /** Evaluations so far. */
  public int step() {
    return state.count();
  }

  public boolean done() {
    return sampler().done(state);
  }

  /** What the U-Net is to be asked, {@code [height, width, channels]}. */
  float[] input() {
    return sampler().modelInput(state);
  }

  float timestep() {
    return sampler().timestep(state);
  }

  /** What a half keeps of an earlier evaluation. */
  Optional<Kept> kept(Half half) {
    return Optional.ofNullable(kept.get(half));
  }

  /** Evaluations so far of which most was taken over from earlier ones. */
  public int shallow() {
    return shallow;
  }

  /** Takes the U-Net's answer: of both halves where the picture is guided. */
  public void advance(Evaluation e) {
    float[] output = e.output();
    if (guided) {
      int n = output.length / 2;
      next(job.guidance().combine(Arrays.copyOf(output, n), Arrays.copyOfRange(output, n, 2 * n)));
      keep(Half.BOTH, e);
    } else {
      next(output);
      keep(Half.CONDITIONAL, e);
    }
    shallow += e.shallow() ? 1 : 0;
  }

  /** Takes the two halves of the U-Net's answer to a guided picture. */
  public void advance(Evaluation unconditional, Evaluation conditional) {
    next(job.guidance().combine(unconditional.output(), conditional.output()));
    keep(Half.UNCONDITIONAL, unconditional);
    keep(Half.CONDITIONAL, conditional);
    shallow += unconditional.shallow() && conditional.shallow() ? 1 : 0;
  }

  private void keep(Half of, Evaluation e) {
    for (int i = 0; i < of.batch(); i++) {
      Half half = of.halves().get(i);
      e.kept().get(i).ifPresent(k -> kept.put(half, k));
    }
  }

  private void next(float[] output) {
    state = sampler().next(state, output, noise);
  }

  /** The sample as it stands, {@code [height, width, channels]}. */
  public float[] latents() {
    return sampler().sample(state);
  }

  private Sampler sampler() {
    return job.course().sampler();
  }
}
