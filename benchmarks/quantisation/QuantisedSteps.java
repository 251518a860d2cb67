import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Quantization;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Steps of a model's U-Net in several forms on one device, one after the other: each line on
 * standard input is the number of a form, each line out its time in nanoseconds.
 *
 * <p>Arguments: device, then for each form a model folder and its weights (stored, w8 or w4). At the
 * start it prints a line for each form: bytes of weights, bytes of activations and scratch.
 */
final class QuantisedSteps {
  public static void main(String[] args) throws IOException {
    try (Device device = Devices.open(args[0])) {
      List<Executable> forms = new ArrayList<>();
      for (int i = 1; i < args.length; i += 2) {
        forms.add(compile(device, Path.of(args[i]), args[i + 1]));
      }
      for (Executable e : forms) {
        fill(e);
        e.run();
        System.out.println(e.memory().weights() + " " + (e.memory().arena() + e.memory().scratch()));
      }
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Executable e = forms.get(Integer.parseInt(line.strip()));
        long start = System.nanoTime();
        e.run();
        System.out.println(System.nanoTime() - start);
      }
    }
  }

  private static Executable compile(Device device, Path folder, String weights) {
    ModelOptions options =
        ModelOptions.DEFAULT.withQuantization(Quantization.parse(weights, "f32"));
    ModelPlan plan = ModelPlan.of(ModelFolder.open(folder), options);
    StagePlan.Part unet = plan.stage(StagePlan.DENOISE).parts().getFirst();
    Graph graph = unet.builder().graph(2, plan.ownWidth(), plan.ownHeight());
    try (ModelWeights of = plan.weights(unet)) {
      return device.compile(graph, of, CompileOptions.DEFAULT);
    }
  }

  private static void fill(Executable e) {
    Random random = new Random(1);
    for (Node n : e.graph().inputs()) {
      Tensor t = e.input(n.name());
      float[] values = new float[Math.toIntExact(t.elements())];
      for (int i = 0; i < values.length; i++) {
        values[i] = n.name().equals("timestep") ? 500 : (float) random.nextGaussian();
      }
      t.set(values);
    }
  }

  private QuantisedSteps() {}
}
