package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executables;
import dev.tandem.graph.Graph;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.random.TorchGenerator;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.NoiseSource;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.SamplerState;
import dev.tandem.stages.sampling.Samplers;
import dev.tandem.stages.unet.DeepCacheGraphs;
import dev.tandem.stages.unet.UNet2DConditionModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole denoising runs with a cache, of a tiny model on the reference device. */
class CachedDenoisingTest {
  private static final int SIDE = 8;
  private static final int STEPS = 8;
  private static final float GUIDANCE = 3;

  @TempDir static Path dir;

  private static ModelFolder folder;
  private final List<Executables> devices = new ArrayList<>();
  private final List<DenoiseStage> stages = new ArrayList<>();

  @BeforeEach
  void writeModel() throws IOException {
    if (folder == null) {
      folder = ModelFolder.open(TinyFolder.write(dir, "sd1"));
    }
  }

  @AfterEach
  void close() {
    stages.forEach(DenoiseStage::close);
    for (Executables e : devices) {
      Device d = e.device();
      e.close();
      d.close();
    }
  }

  private static ModelPlan plan(String cache) {
    return ModelPlan.of(folder, ModelOptions.DEFAULT.withCache(StepCache.parse(cache)));
  }

  /** On a device of its own. */
  private DenoiseStage stage(ModelPlan plan) {
    Executables executables = new Executables(Devices.open("reference"));
    devices.add(executables);
    DenoiseStage stage = new DenoiseStage(plan, executables, CompileOptions.DEFAULT);
    stages.add(stage);
    return stage;
  }

  private static JsonNode scheduler() {
    return folder.scheduler().config().json();
  }

  private static DenoiseStage.Job job(ModelPlan plan, String sampler, long seed) {
    int tokens = plan.tokens();
    float[] words = new float[tokens * plan.unet().contextDim()];
    Random random = new Random(seed);
    for (int i = 0; i < words.length; i++) {
      words[i] = (float) random.nextGaussian();
    }
    Conditioning prompt = Conditioning.of(tokens, words);
    return new DenoiseStage.Job(
        prompt,
        prompt.zeros(),
        Guidance.of(GUIDANCE),
        seed,
        SIDE,
        SIDE,
        Samplers.of(sampler, scheduler(), STEPS));
  }

  private Denoising denoised(ModelPlan plan, String sampler, long seed) {
    return run(stage(plan), new Denoising(job(plan, sampler, seed), plan));
  }

  private static Denoising run(DenoiseStage stage, Denoising d) {
    while (!d.done()) {
      d.advance(stage.evaluate(d, Half.BOTH, Runner.DIRECT));
    }
    return d;
  }

  static List<String> samplers() {
    return Samplers.names();
  }

  @ParameterizedTest
  @ValueSource(strings = {"deep:1", "deep:1,1", "first-block:0"})
  void whatTakesNothingOverIsTheModelAsItIs(String cache) {
    float[] whole = denoised(plan("off"), "ddim", 1).latents();
    Denoising cached = denoised(plan(cache), "ddim", 1);
    assertThat(cached.latents()).isEqualTo(whole);
    assertThat(cached.shallow()).isZero();
  }

  /** A threshold that is never reached, with all the graphs of the cache. */
  @Test
  void whatComputesAllAtEveryEvaluationIsTheModelAsItIs() {
    float[] whole = denoised(plan("off"), "heun", 1).latents();
    Denoising cached = denoised(plan("first-block:0.0000000001"), "heun", 1);
    assertThat(cached.shallow()).isZero();
    assertThat(cached.latents()).isEqualTo(whole);
  }

  /**
   * The truth: a sampler's loop of its own, which counts steps and hands the deep part on. A part
   * that is one evaluation too old turns it red.
   */
  @ParameterizedTest
  @MethodSource("samplers")
  void everySamplerTakesTheDeepPartOfTheLatestFullEvaluation(String sampler) {
    ModelPlan plan = plan("deep:3");
    Denoising cached = denoised(plan, sampler, 5);
    int each = Samplers.of(sampler, scheduler(), STEPS).evaluationsPerStep();
    long full = IntStream.range(0, cached.evaluations()).filter(i -> i / each % 3 == 0).count();
    assertThat(cached.shallow()).isEqualTo(cached.evaluations() - (int) full);
    assertThat(cached.latents()).isEqualTo(byHand(plan, sampler, 5, i -> i / each % 3 == 0));
    assertThat(cached.latents())
        .isNotEqualTo(byHand(plan, sampler, 5, i -> i == 0))
        .isNotEqualTo(byHand(plan, sampler, 5, i -> i / each % 3 == 1 || i == 0));
    assertThat(relativeError(cached.latents(), denoised(plan("off"), sampler, 5).latents()))
        .as("another picture, but not by much")
        .isBetween(1e-6, 0.5);
  }

  private static float[] byHand(ModelPlan plan, String name, long seed, IntPredicate full) {
    DenoiseStage.Job job = job(plan, name, seed);
    DeepCacheGraphs graphs = new DeepCacheGraphs(new UNet2DConditionModel(plan.unet()), 0);
    Sampler sampler = job.course().sampler();
    TorchGenerator generator = new TorchGenerator(seed);
    NoiseSource noise = n -> Layout.toChannelsLast(generator.randn(n), plan.latentChannels());
    float[] start = noise.normal(SIDE * SIDE * plan.latentChannels());
    for (int i = 0; i < start.length; i++) {
      start[i] *= sampler.initNoiseSigma();
    }
    SamplerState state = sampler.start(start);
    float[] deep = {};
    Graph all = graphs.full(2, SIDE, SIDE, plan.tokens());
    Graph some = graphs.shallow(2, SIDE, SIDE, plan.tokens());
    try (Device device = Devices.open("reference");
        ModelWeights weights = folder.component("unet").weights();
        Executable ofAll = device.compile(all, weights, CompileOptions.DEFAULT);
        Executable ofSome = device.compile(some, weights, CompileOptions.DEFAULT)) {
      for (int i = 0; !sampler.done(state); i++) {
        Executable e = full.test(i) ? ofAll : ofSome;
        float[] sample = sampler.modelInput(state);
        float t = sampler.timestep(state);
        e.input(UNet2DConditionModel.SAMPLE).set(twice(sample, sample));
        e.input(UNet2DConditionModel.TIMESTEP).set(new float[] {t, t});
        e.input(UNet2DConditionModel.ENCODER_HIDDEN_STATES)
            .set(twice(job.negative().hidden(), job.prompt().hidden()));
        if (!full.test(i)) {
          e.input(DeepCacheGraphs.DEEP).set(deep);
        }
        e.run();
        if (full.test(i)) {
          deep = e.output(DeepCacheGraphs.DEEP).toFloats();
        }
        float[] out = e.output(UNet2DConditionModel.OUTPUT).toFloats();
        int n = out.length / 2;
        float[] joined =
            job.guidance().combine(Arrays.copyOf(out, n), Arrays.copyOfRange(out, n, 2 * n));
        state = sampler.next(state, joined, noise);
      }
    }
    return sampler.sample(state);
  }

  private static float[] twice(float[] a, float[] b) {
    float[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void everySamplerTakesTheResidualWhereTheFirstBlockHasHardlyChanged(String sampler) {
    Denoising cached = denoised(plan("first-block:0.3"), sampler, 5);
    assertThat(cached.shallow()).isBetween(1, cached.evaluations() - 1);
    assertThat(relativeError(cached.latents(), denoised(plan("off"), sampler, 5).latents()))
        .isBetween(1e-6, 0.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"deep:2", "deep:3,1", "first-block:0.3"})
  void picturesInTurnOnOneDeviceAreAsEachAlone(String cache) {
    ModelPlan plan = plan(cache);
    float[] first = denoised(plan, "ddim", 1).latents();
    float[] second = denoised(plan, "euler", 2).latents();
    assertThat(first).isNotEqualTo(second);
    DenoiseStage stage = stage(plan);
    Denoising a = new Denoising(job(plan, "ddim", 1), plan);
    Denoising b = new Denoising(job(plan, "euler", 2), plan);
    a.advance(stage.evaluate(a, Half.BOTH, Runner.DIRECT)); // one ahead
    while (!a.done() || !b.done()) {
      for (Denoising d : List.of(b, a)) {
        if (!d.done()) {
          d.advance(stage.evaluate(d, Half.BOTH, Runner.DIRECT));
        }
      }
    }
    assertThat(a.latents()).isEqualTo(first);
    assertThat(b.latents()).isEqualTo(second);
  }

  /** The control: features of another picture give another picture. */
  @ParameterizedTest
  @ValueSource(strings = {"deep:2", "first-block:0.3"})
  void featuresOfAnotherPictureWouldBeSeen(String cache) {
    ModelPlan plan = plan(cache);
    float[] alone = denoised(plan, "ddim", 1).latents();
    DenoiseStage stage = stage(plan);
    Denoising a = new Denoising(job(plan, "ddim", 1), plan);
    Denoising other = new Denoising(job(plan, "ddim", 2), plan);
    while (!a.done()) {
      Evaluation own = stage.evaluate(a, Half.BOTH, Runner.DIRECT);
      Evaluation stale = stage.evaluate(other, Half.BOTH, Runner.DIRECT);
      other.advance(stale);
      a.advance(new Evaluation(own.output(), stale.kept(), own.shallow()));
    }
    assertThat(a.latents()).isNotEqualTo(alone);
  }

  @ParameterizedTest
  @ValueSource(strings = {"deep:2", "first-block:0.3"})
  void devicesTakeTurnsAndHalvesMayBeApart(String cache) {
    ModelPlan plan = plan(cache);
    Denoising alone = denoised(plan, "dpmpp_2m", 3);
    DenoiseStage one = stage(plan);
    DenoiseStage two = stage(plan);
    Denoising d = new Denoising(job(plan, "dpmpp_2m", 3), plan);
    for (int i = 0; !d.done(); i++) {
      DenoiseStage at = i % 4 < 2 ? one : two;
      if (i % 3 == 0) {
        d.advance(
            two.evaluate(d, Half.UNCONDITIONAL, Runner.DIRECT),
            one.evaluate(d, Half.CONDITIONAL, Runner.DIRECT));
      } else {
        d.advance(at.evaluate(d, Half.BOTH, Runner.DIRECT));
      }
    }
    assertThat(d.latents()).isEqualTo(alone.latents());
    assertThat(d.shallow()).isEqualTo(alone.shallow());
  }

  /** Whatever an evaluation that was given up had begun. */
  @ParameterizedTest
  @ValueSource(strings = {"deep:2", "first-block:0.3"})
  void anEvaluationThatFailedIsRepeated(String cache) {
    ModelPlan plan = plan(cache);
    float[] alone = denoised(plan, "ddim", 3).latents();
    DenoiseStage one = stage(plan);
    DenoiseStage two = stage(plan);
    Denoising d = new Denoising(job(plan, "ddim", 3), plan);
    for (int i = 0; !d.done(); i++) {
      int last = i % 2;
      assertThatThrownBy(
              () ->
                  one.evaluate(
                      d,
                      Half.BOTH,
                      (e, step) -> {
                        e.run();
                        throw new IllegalStateException("broken " + last);
                      }))
          .hasMessage("broken " + last);
      one.evaluate(d, Half.BOTH, Runner.DIRECT); // given up: nobody takes it
      d.advance((last == 0 ? one : two).evaluate(d, Half.BOTH, Runner.DIRECT));
    }
    assertThat(d.latents()).isEqualTo(alone);
  }

  @Test
  void offAfterOnIsTheModelAsItIs() {
    float[] before = denoised(plan("off"), "ddim", 1).latents();
    Executables executables = new Executables(Devices.open("reference"));
    devices.add(executables);
    for (String cache : List.of("deep:2", "off", "first-block:0.3", "off")) {
      ModelPlan plan = plan(cache);
      DenoiseStage stage = new DenoiseStage(plan, executables, CompileOptions.DEFAULT);
      stages.add(stage);
      float[] latents = run(stage, new Denoising(job(plan, "ddim", 1), plan)).latents();
      assertThat(Arrays.equals(latents, before)).as(cache).isEqualTo(cache.equals("off"));
    }
  }

  @Test
  void anUnguidedPictureKeepsOneHalf() {
    ModelPlan plan = plan("deep:2");
    DenoiseStage.Job guided = job(plan, "ddim", 1);
    DenoiseStage.Job job =
        new DenoiseStage.Job(
            guided.prompt(),
            guided.negative(),
            Guidance.of(1),
            1,
            SIDE,
            SIDE,
            guided.course().sampler());
    DenoiseStage stage = stage(plan);
    Denoising d = new Denoising(job, plan);
    while (!d.done()) {
      d.advance(stage.evaluate(d, Half.CONDITIONAL, Runner.DIRECT));
    }
    assertThat(d.shallow()).isEqualTo(STEPS / 2);
    assertThat(d.kept(Half.UNCONDITIONAL)).isEmpty();
  }

  @Test
  void whatIsKeptIsCountedAsItIs() {
    ModelPlan deep = plan("deep:2");
    Denoising d = denoised(deep, "ddim", 1);
    long floats = d.kept(Half.CONDITIONAL).orElseThrow().value().length;
    int pixels = SIDE * deep.scaleFactor();
    assertThat(deep.keptBytes(pixels, pixels)).isEqualTo(2 * floats * Float.BYTES);
    Kept first = denoised(plan("first-block:0.3"), "ddim", 1).kept(Half.CONDITIONAL).orElseThrow();
    assertThat(plan("first-block:0.3").keptBytes(pixels, pixels))
        .isEqualTo(2L * (first.value().length + first.first().length) * Float.BYTES);
    assertThat(plan("off").keptBytes(pixels, pixels)).isZero();
  }

  @Test
  void aChangeIsRelativeToWhatWas() {
    Kept kept = new Kept(new float[0], new float[] {1, -3, 0, 4});
    assertThat(kept.change(new float[] {1, -3, 0, 4})).isZero();
    assertThat(kept.change(new float[] {2, -3, -1, 4})).isCloseTo(0.25, within(1e-12));
    assertThat(new Kept(new float[0], new float[2]).change(new float[2])).isZero();
    assertThat(new Kept(new float[0], new float[2]).change(new float[] {1, 0})).isInfinite();
  }

  @Test
  void whereItCannotPayItIsRefused() throws IOException {
    ModelPlan plan = plan("deep:2");
    plan.requireCachePays(8, "ddim");
    assertThatThrownBy(() -> plan.requireCachePays(7, "ddim"))
        .hasMessageContainingAll("cache deep:2", "at least 8 evaluations", "has 7");
    assertThatThrownBy(() -> plan.requireCachePays(20, "lcm")).hasMessageContaining("student");
    plan("deep:1").requireCachePays(1, "lcm");
    plan("first-block:0").requireCachePays(1, "lcm");
    ModelFolder student = ModelFolder.open(TinyFolder.write(dir.resolve("student"), "lcm"));
    ModelOptions cached = ModelOptions.DEFAULT.withCache(StepCache.parse("first-block:0.1"));
    assertThatThrownBy(() -> ModelPlan.of(student, cached).requireCachePays(20, "ddim"))
        .hasMessageContainingAll("cache first-block:0.1", "student");
    assertThatThrownBy(() -> plan("deep:2,3"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("deep:2,3", "BLOCK", "2 layers: take 0 to 2");
  }

  private static double relativeError(float[] a, float[] b) {
    double error = 0;
    double size = 0;
    for (int i = 0; i < a.length; i++) {
      error += Math.pow((double) a[i] - b[i], 2);
      size += Math.pow(b[i], 2);
    }
    return Math.sqrt(error / size);
  }
}
