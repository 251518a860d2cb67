package dev.tandem.planning.calibrate;

import dev.tandem.devices.ByteSize;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.GraphMemory;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.planning.CostStage;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.NoiseSource;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.SamplerState;
import dev.tandem.stages.sampling.Samplers;
import dev.tandem.stages.unet.UNet2DConditionModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** One stage of a model, compiled for one size on one device, with inputs: it can be run. */
final class StageBench implements AutoCloseable {
  private static final int STEPS = 20;
  private static final float TIMESTEP = 500;
  private static final float GUIDANCE = 5;

  private final StageCost.Key key;
  private final List<Executable> executables = new ArrayList<>();
  private final Random random = new Random(1);
  private final NoiseSource noise = this::normal;
  private final Sampler sampler;
  private final double compileNs;
  private SamplerState state;

  /**
   * What a run took, ns.
   *
   * @param deviceNs the device was taken, inputs and outputs included
   * @param hostNs the stage's thread worked after that
   */
  record Sample(double deviceNs, double hostNs) {}

  StageBench(StageCost.Key key, ModelPlan plan, Device device) {
    this.key = key;
    this.sampler = Samplers.of(plan.folder().scheduler().config().json(), STEPS);
    long start = System.nanoTime();
    for (StagePlan.Part part : stage(key, plan).parts()) {
      Graph graph = part.builder().graph(key.batch(), key.width(), key.height());
      try (ModelWeights weights = plan.weights(part)) {
        executables.add(device.compile(graph, weights, new CompileOptions(key.precision())));
      }
    }
    this.compileNs = System.nanoTime() - start;
    executables.forEach(this::fill);
    this.state = start();
  }

  /**
   * Refuses what a device cannot hold, before it lays anything out.
   *
   * @throws DeviceException with both numbers
   */
  static void requireMemory(StageCost.Key key, ModelPlan plan, Device device) {
    for (Graph graph : stage(key, plan).graphs(key.batch(), key.width(), key.height())) {
      MemoryUse least = GraphMemory.least(graph, new CompileOptions(key.precision()));
      if (!device.memoryLimit().fits(least, 0)) {
        throw new DeviceException(
            "device '"
                + device.info().id()
                + "' may use "
                + ByteSize.format(device.memoryLimit().total())
                + " of memory, but the "
                + graph.name()
                + " needs at least "
                + ByteSize.format(least.total())
                + "; measure a smaller size");
      }
    }
  }

  private static StagePlan stage(StageCost.Key key, ModelPlan plan) {
    return plan.stage(
        CostStage.of(key)
            .planned()
            .orElseThrow(() -> new IllegalArgumentException("output runs on no device")));
  }

  private void fill(Executable e) {
    for (Node n : e.graph().inputs()) {
      Tensor t = e.input(n.name());
      if (t.type() == DType.I32) {
        t.set(new int[Math.toIntExact(n.shape().elements())]);
      } else if (n.name().equals(UNet2DConditionModel.TIMESTEP)) {
        float[] steps = new float[Math.toIntExact(n.shape().elements())];
        Arrays.fill(steps, TIMESTEP);
        t.set(steps);
      } else {
        t.set(normal(Math.toIntExact(n.shape().elements())));
      }
    }
  }

  private float[] normal(int n) {
    float[] out = new float[n];
    for (int i = 0; i < n; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  private SamplerState start() {
    if (CostStage.of(key) != CostStage.UNET) {
      return sampler.start(new float[1]);
    }
    Executable unet = executables.getFirst();
    long elements = unet.graph().input(UNet2DConditionModel.SAMPLE).shape().elements();
    return sampler.start(normal(Math.toIntExact(elements / key.batch())));
  }

  StageCost.Key key() {
    return key;
  }

  double compileNs() {
    return compileNs;
  }

  long memoryBytes() {
    return executables.stream().mapToLong(e -> e.memory().total()).sum();
  }

  /** Runs the stage once, with the host's work as the pipeline does it. */
  Sample run() {
    return switch (CostStage.of(key)) {
      case UNET -> step(executables.getFirst());
      case VAE -> decode(executables.getFirst());
      default -> {
        long start = System.nanoTime();
        executables.forEach(StageBench::runAndRead);
        yield new Sample(System.nanoTime() - start, 0);
      }
    };
  }

  /** What happens while the device is taken: the run, and the results brought to the host. */
  private static float[] runAndRead(Executable e) {
    e.run();
    float[] last = {};
    for (String output : e.graph().outputs().keySet()) {
      last = e.output(output).toFloats();
    }
    return last;
  }

  private static Sample decode(Executable vae) {
    long start = System.nanoTime();
    float[] image = runAndRead(vae);
    for (int i = 0; i < image.length; i++) {
      image[i] = Math.clamp(image[i] / 2 + 0.5f, 0f, 1f);
    }
    long device = System.nanoTime() - start;
    DecodeStage.toBytes(image);
    return new Sample(device, System.nanoTime() - start - device);
  }

  /** The run, and one step of the sampler with what it says. */
  private Sample step(Executable unet) {
    long start = System.nanoTime();
    float[] one = sampler.modelInput(state);
    float[] all = Arrays.copyOf(one, one.length * key.batch());
    for (int b = 1; b < key.batch(); b++) {
      System.arraycopy(one, 0, all, b * one.length, one.length);
    }
    unet.input(UNet2DConditionModel.SAMPLE).set(all);
    float[] out = runAndRead(unet);
    long device = System.nanoTime() - start;
    float[] answer =
        key.batch() == 1
            ? out
            : Guidance.of(GUIDANCE)
                .combine(
                    Arrays.copyOf(out, one.length),
                    Arrays.copyOfRange(out, one.length, 2 * one.length));
    state = sampler.next(state, answer, noise);
    if (sampler.done(state)) {
      state = start();
    }
    return new Sample(device, System.nanoTime() - start - device);
  }

  /** Runs once and lets the device tell of each operation. */
  double run(OpSpans spans) {
    long start = System.nanoTime();
    executables.forEach(e -> e.run(spans));
    return System.nanoTime() - start;
  }

  @Override
  public void close() {
    executables.forEach(Executable::close);
  }
}
