package dev.tandem.app;

import dev.tandem.orchestrator.quantize.LayerNoise;
import dev.tandem.orchestrator.quantize.QuantizeJob;
import dev.tandem.orchestrator.quantize.Quantizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tandem quantize}: a model folder with a U-Net of 8 or 4 bits. */
@Command(
    name = "quantize",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes a model folder whose U-Net has weights of 8 or 4 bits, and scales for activations of",
      "8 bits, found on pictures of a few prompts. Goes on where it was interrupted."
    },
    footer = {
      "",
      "Examples:",
      "  tandem quantize --output default-w8a8 --activations a8",
      "  tandem quantize --output default-w4 --weights w4 --group 32",
      "  tandem generate --model default-w8a8 \"red apple, flat style\""
    })
final class QuantizeCommand implements Callable<Integer> {
  @Mixin private ModelOption model = new ModelOption();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      required = true,
      description = "The folder to write; it must not exist, or be an unfinished one of this job.")
  private Path output = Path.of("");

  @Option(
      names = "--weights",
      paramLabel = "TYPE",
      defaultValue = "w8",
      description = "Of the U-Net's layers: w8 or w4 (default ${DEFAULT-VALUE}).")
  private String weights = "w8";

  @Option(
      names = "--activations",
      paramLabel = "TYPE",
      defaultValue = "f32",
      description =
          "What the layers read: f32, or a8 to multiply whole numbers, for which scales are found"
              + " (default ${DEFAULT-VALUE}).")
  private String activations = "f32";

  @Option(
      names = "--group",
      paramLabel = "N",
      defaultValue = "32",
      description = "Weights of w4 that share a scale: 32 or 64 (default ${DEFAULT-VALUE}).")
  private int group;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "Prompts to find scales on, one a line; - is standard input (default: twelve of its"
              + " own).")
  private Optional<String> prompts = Optional.empty();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "20",
      description = "Steps of each prompt's picture (default ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description = "Where to compute the pictures (default ${DEFAULT-VALUE}).")
  private String device = "cpu";

  @Option(names = "--json", description = "Print the layers as JSON on standard output.")
  private boolean json;

  @Option(names = "--quiet", description = "Print nothing but errors.")
  private boolean quiet;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<String> on =
        prompts.isPresent()
            ? Prompts.collect(List.of(), List.of(prompts.get()), System.in)
            : QuantizeJob.PROMPTS;
    QuantizeJob job =
        QuantizeJob.of(
            model.folder(),
            output,
            weights.toLowerCase(Locale.ROOT),
            activations.toLowerCase(Locale.ROOT),
            group,
            on,
            steps,
            device);
    ProgressBar bar = quiet ? ProgressBar.none() : ProgressBar.onStandardError();
    long start = System.nanoTime();
    List<LayerNoise> layers =
        new Quantizer(
                job,
                (what, done, total) ->
                    bar.fraction(
                        done, total, what, (double) done / total, left(start, done, total)))
            .run();
    bar.clear();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(LayerNoiseView.json(output, layers).toPrettyString());
    } else if (!quiet) {
      LayerNoiseView.table(out, layers);
      out.println("written to " + output);
    }
    out.flush();
    return Main.DONE;
  }

  private static double left(long startNs, int done, int total) {
    return (System.nanoTime() - startNs) / 1e9 / done * (total - done);
  }
}
