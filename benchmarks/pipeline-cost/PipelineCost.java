import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Runner;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.TextStage;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Samplers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Four pictures through the pipeline against the same stages called in a plain loop, interleaved.
 * Both sides must give the same pixels. Arguments: model folder, rounds.
 */
public final class PipelineCost {
  private static final int PICTURES = 4;
  private static final int STEPS = 20;

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int rounds = Integer.parseInt(args[1]);
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      requests.add(Request.of("red apple, flat style").withSeed(i).withSteps(STEPS));
    }
    ModelFolder model = ModelFolder.open(folder);
    ModelPlan plan = ModelPlan.of(model);
    CompileOptions options = CompileOptions.DEFAULT;
    try (Tandem tandem = Tandem.open(folder);
        Device device = Devices.open("cpu");
        Executables executables = new Executables(device);
        TextStage text = new TextStage(plan, executables, options);
        DenoiseStage denoise = new DenoiseStage(plan, executables, options);
        DecodeStage decode = new DecodeStage(plan, executables, options)) {
      double[] piped = new double[rounds];
      double[] plain = new double[rounds];
      for (int r = -3; r < rounds; r++) { // the first three warm up
        byte[][] a = new byte[PICTURES][];
        byte[][] b = new byte[PICTURES][];
        long t0 = System.nanoTime();
        tandem.generateAll(
            requests,
            new GenerationListener() {
              @Override
              public void onPicture(Picture p) {
                a[p.index()] = p.rgb();
              }
            });
        long t1 = System.nanoTime();
        loop(model, requests, text, denoise, decode, b);
        long t2 = System.nanoTime();
        if (!Arrays.deepEquals(a, b)) {
          throw new IllegalStateException("the two sides made different pictures");
        }
        if (r >= 0) {
          piped[r] = (t1 - t0) / 1e6;
          plain[r] = (t2 - t1) / 1e6;
        }
      }
      Arrays.sort(piped);
      Arrays.sort(plain);
      print("pipeline", piped);
      print("plain loop", plain);
      System.out.printf(
          Locale.ROOT,
          "cost of the pipeline: %+.2f %% by minimum, %+.2f %% by median%n",
          100 * (piped[0] / plain[0] - 1),
          100 * (piped[rounds / 2] / plain[rounds / 2] - 1));
    }
  }

  private static void loop(
      ModelFolder model,
      List<Request> requests,
      TextStage text,
      DenoiseStage denoise,
      DecodeStage decode,
      byte[][] out)
      throws InterruptedException {
    // The pipeline keeps its conditioning between runs, so the plain loop encodes once as well.
    if (prompt == null) {
      prompt = text.encode(requests.getFirst().prompt(), Runner.DIRECT, w -> {});
      negative = text.encodeNegative("", Runner.DIRECT, w -> {});
    }
    for (int i = 0; i < out.length; i++) {
      Request r = requests.get(i);
      var sampler = Samplers.of(model.scheduler().config().json(), r.steps());
      var job =
          new DenoiseStage.Job(
              prompt, negative, Guidance.of(r.guidance()), r.seed(), 16, 16, sampler);
      float[] latents = denoise.denoise(job, Runner.DIRECT, (step, steps, state) -> {});
      out[i] = DecodeStage.toBytes(decode.decode(latents, 16, 16, Runner.DIRECT));
    }
  }

  private static Conditioning prompt;
  private static Conditioning negative;

  private static void print(String side, double[] sorted) {
    System.out.printf(
        Locale.ROOT,
        "%-10s %d pictures, %d steps: %.1f ms min, %.1f ms median of %d runs%n",
        side, PICTURES, STEPS, sorted[0], sorted[sorted.length / 2], sorted.length);
  }
}
