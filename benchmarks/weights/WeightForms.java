import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Graph;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One part of a model with its weights in one form of memory or in several, in turns: the device's
 * memory by its own account, the process's by the operating system, and the time of a run.
 *
 * <p>Arguments: model folder, device, stage, batch, size in pixels, rounds, forms of {@link
 * WeightMemory}; the operating system's figures say something with one form only.
 */
final class WeightForms {
  public static void main(String[] args) throws IOException {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(Path.of(args[0])));
    StagePlan.Part part = plan.stage(args[2]).parts().getLast();
    int size = Integer.parseInt(args[4]);
    Graph graph = part.builder().graph(Integer.parseInt(args[3]), size, size);
    int rounds = Integer.parseInt(args[5]);
    Map<String, Executable> forms = new LinkedHashMap<>();
    Map<String, long[]> times = new LinkedHashMap<>();
    try (var weights = plan.folder().component(part.component()).weights();
        Device device = Devices.open(args[1])) {
      for (String form : Arrays.asList(args).subList(6, args.length)) {
        CompileOptions options = CompileOptions.DEFAULT.withWeights(WeightMemory.valueOf(form));
        long start = System.nanoTime();
        Executable e = device.compile(graph, weights, options);
        System.out.printf(
            "%s: %s, compiled in %d ms%n", form, e.memory(), (System.nanoTime() - start) / 1_000_000);
        forms.put(form, e);
        times.put(form, new long[rounds]);
        e.run();
      }
      for (int r = 0; r < rounds; r++) {
        for (Map.Entry<String, Executable> f : forms.entrySet()) {
          long start = System.nanoTime();
          f.getValue().run(OpSpans.NONE);
          times.get(f.getKey())[r] = System.nanoTime() - start;
        }
      }
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        lines.filter(l -> l.matches("(VmHWM|VmRSS|RssAnon|RssFile).*")).forEach(System.out::println);
      }
    }
    times.values().forEach(Arrays::sort);
    times.forEach(
        (form, t) ->
            System.out.printf(
                "%s: median %.1f ms, least %.1f ms%n", form, t[rounds / 2] * 1e-6, t[0] * 1e-6));
  }

  private WeightForms() {}
}
