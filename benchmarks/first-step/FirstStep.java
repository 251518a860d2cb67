import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.graph.Graph;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.text.ClipTokenizer;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a picture waits for until its first step and after, phase by phase: a line each, with the
 * milliseconds, then the processor's time.
 *
 * <p>usage: FirstStep MODEL DEVICE START (of the command, ms since 1970)
 */
public final class FirstStep {
  private static long last;

  private FirstStep() {}

  public static void main(String[] args) {
    long start = Long.parseLong(args[2]);
    last = start;
    mark("virtual machine");
    try (Device device = Devices.open(args[1])) {
      mark("device and library");
      ModelFolder folder = ModelFolder.open(Path.of(args[0]));
      ModelPlan plan = ModelPlan.of(folder);
      int width = plan.ownWidth();
      int height = plan.ownHeight();
      mark("configs and headers");
      ClipTokenizer.open(folder.component("tokenizer").folder());
      mark("tokenizer");
      Graph unet = plan.stage(StagePlan.DENOISE).graphs(2, width, height).getFirst();
      Graph text = plan.stage(StagePlan.TEXT).graphs(1, width, height).getFirst();
      mark("graphs");
      Executable encoder = compile(device, text, folder, "text_encoder");
      mark("text encoder compiled");
      encoder.run();
      mark("text encoder run");
      Executable denoiser = compile(device, unet, folder, "unet");
      mark("U-Net compiled");
      denoiser.run();
      mark("first step");
      System.out.println("command to first step\t" + (System.currentTimeMillis() - start));
      System.out.println("its processor time\t" + cpuMillis());
      denoiser.run();
      mark("second step");
      Graph vae = plan.stage(StagePlan.DECODE).graphs(1, width, height).getFirst();
      Executable decoder = compile(device, vae, folder, "vae");
      mark("VAE compiled");
      decoder.run();
      mark("VAE run");
    }
  }

  private static Executable compile(Device device, Graph graph, ModelFolder folder, String part) {
    try (ModelWeights weights = folder.component(part).weights()) {
      return device.compile(graph, weights, CompileOptions.DEFAULT);
    }
  }

  private static long cpuMillis() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(-1L);
  }

  private static void mark(String phase) {
    long now = System.currentTimeMillis();
    System.out.println(phase + "\t" + (now - last));
    last = now;
  }
}
