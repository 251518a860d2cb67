import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.Half;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.StepCache;
import dev.tandem.stages.TextStage;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.quality.Psnr;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Time of a guided evaluation of the U-Net with and without caches, in turns, against what the
 * multiply-adds of the graphs promise; then how far pictures are from those without a cache, beside
 * pictures of the same sampler with so many fewer steps that they take the same time.
 *
 * <p>usage: Caching MODEL DEVICE ROUNDS PICTURES EVALUATIONS SAMPLERS (PICTURES 0: times only)
 */
final class Caching {
  private static final int STEPS = 20;
  private static final float GUIDANCE = 5;
  private static final List<String> PROMPTS =
      List.of("red apple, flat style", "penguin, noto style", "pizza, glossy style", "butterfly");

  private final ModelFolder folder;
  private final Executables executables;
  private final Map<String, Form> forms = new LinkedHashMap<>();
  private final List<Conditioning> prompts = new ArrayList<>();
  private Conditioning negative = Conditioning.of(0, new float[0]);

  /** A cache with its stage, and the times of its evaluations. */
  private record Form(ModelPlan plan, DenoiseStage stage, List<Double> ms, int[] seen) {
    double medianMs() {
      List<Double> sorted = ms.stream().sorted().toList();
      return sorted.get(sorted.size() / 2);
    }
  }

  private Caching(Path model, Device device) {
    folder = ModelFolder.open(model);
    executables = new Executables(device);
    List<String> caches = new ArrayList<>(List.of("off"));
    int layers = ModelPlan.of(folder).unet().down().getFirst().layers();
    for (int block = 0; block <= Math.min(1, layers); block++) {
      for (int interval : new int[] {2, 3, 5}) {
        caches.add("deep:" + interval + "," + block);
      }
    }
    caches.addAll(List.of("first-block:0.05", "first-block:0.1", "first-block:0.2"));
    for (String cache : caches) {
      ModelPlan plan =
          ModelPlan.of(folder, ModelOptions.DEFAULT.withCache(StepCache.parse(cache)));
      DenoiseStage stage = new DenoiseStage(plan, executables, CompileOptions.DEFAULT);
      forms.put(cache, new Form(plan, stage, new ArrayList<>(), new int[2]));
    }
    ModelPlan plan = forms.get("off").plan;
    try (TextStage text = new TextStage(plan, executables, CompileOptions.DEFAULT)) {
      for (String prompt : PROMPTS) {
        prompts.add(text.encode(prompt, Runner.DIRECT, warning -> {}));
      }
      negative = text.encodeNegative("", Runner.DIRECT, warning -> {});
    }
  }

  public static void main(String[] args) {
    int rounds = Integer.parseInt(args[2]);
    int pictures = Integer.parseInt(args[3]);
    try (Device device = Devices.open(args[1])) {
      Caching c = new Caching(Path.of(args[0]), device);
      System.out.printf("%n%s on %s%n", c.folder.folder().getFileName(), args[1]);
      c.times(rounds, Integer.parseInt(args[4]));
      for (String sampler : pictures == 0 ? List.<String>of() : List.of(args[5].split(","))) {
        c.quality(sampler, pictures);
      }
      c.executables.close();
    }
  }

  private Denoising begin(Form form, String sampler, int steps, int picture) {
    ModelPlan plan = form.plan;
    var scheduler = folder.scheduler().config().json();
    Sampler s =
        sampler.isEmpty()
            ? Samplers.of(scheduler, steps)
            : Samplers.of(sampler, scheduler, steps);
    return new Denoising(
        new DenoiseStage.Job(
            prompts.get(picture % prompts.size()),
            negative,
            Guidance.of(GUIDANCE),
            picture,
            plan.ownHeight() / plan.scaleFactor(),
            plan.ownWidth() / plan.scaleFactor(),
            s),
        plan);
  }

  /** One evaluation after the other; what is in the way of the clock is the sampler's arithmetic. */
  private static double ms(Form form, Denoising d, int evaluations) {
    long start = System.nanoTime();
    for (int i = 0; i < evaluations && !d.done(); i++) {
      d.advance(form.stage.evaluate(d, Half.BOTH, Runner.DIRECT));
    }
    return (System.nanoTime() - start) / 1e6;
  }

  private void times(int rounds, int evaluations) {
    for (Form form : forms.values()) { // compiles
      ms(form, begin(form, "", evaluations, 0), 2);
    }
    List<Form> order = new ArrayList<>(forms.values());
    for (int r = 0; r < rounds; r++) {
      Collections.rotate(order, 1);
      for (Form form : order) {
        Denoising d = begin(form, "", evaluations, r);
        form.ms.add(ms(form, d, evaluations) / evaluations);
        form.seen[0] += evaluations;
        form.seen[1] += d.shallow();
      }
    }
    double off = forms.get("off").medianMs();
    System.out.printf(
        "%-18s %10s %8s %8s %10s %10s %8s%n",
        "cache", "ms a step", "shallow", "f", "gain", "promised", "ratio");
    forms.forEach(
        (cache, form) -> {
          double share = (double) form.seen[1] / form.seen[0];
          double f = f(form.plan);
          double promised = 1 / (1 - share + share * f);
          double gain = off / form.medianMs();
          System.out.printf(
              Locale.ROOT,
              "%-18s %10.2f %7.0f%% %8.3f %10.2f %10.2f %8.2f%n",
              cache, form.medianMs(), 100 * share, f, gain, promised, gain / promised);
        });
  }

  /** Multiply-adds of a shallow evaluation over those of a whole one. */
  private double f(ModelPlan plan) {
    int w = plan.ownWidth();
    int h = plan.ownHeight();
    double whole = flops(forms.get("off").plan.stage(StagePlan.DENOISE).graphs(2, w, h).getFirst());
    List<Graph> graphs = plan.stage(StagePlan.DENOISE).graphs(2, w, h);
    return switch (plan.options().cache()) {
      case StepCache.None _ -> 1;
      case StepCache.Deep _ -> flops(graphs.getLast()) / whole;
      case StepCache.FirstBlock _ -> flops(graphs.getFirst()) / whole;
    };
  }

  private static double flops(Graph g) {
    return Cost.of(g).flops();
  }

  private void quality(String sampler, int pictures) {
    System.out.printf(
        "%nsampler %s, %d steps, %d pictures: PSNR to the same without a cache, dB%n",
        sampler, STEPS, pictures);
    System.out.printf(
        "%-18s %8s %8s %14s %8s %8s %10s%n",
        "cache", "median", "lowest", "or as quick", "median", "lowest", "the cache");
    Form off = forms.get("off");
    Map<Integer, List<byte[]>> plain = new LinkedHashMap<>();
    try (DecodeStage decode = new DecodeStage(off.plan, executables, CompileOptions.DEFAULT)) {
      List<byte[]> truth = draw(off, decode, sampler, STEPS, pictures);
      for (Map.Entry<String, Form> e : forms.entrySet()) {
        if (e.getKey().equals("off")) {
          continue;
        }
        double gain = off.medianMs() / e.getValue().medianMs();
        int fewer = Math.max(1, Math.min(STEPS, (int) Math.round(STEPS / gain)));
        double[] cached = psnr(draw(e.getValue(), decode, sampler, STEPS, pictures), truth);
        double[] quick =
            psnr(
                plain.computeIfAbsent(fewer, n -> draw(off, decode, sampler, n, pictures)), truth);
        System.out.printf(
            Locale.ROOT,
            "%-18s %8.1f %8.1f %8d steps %8.1f %8.1f %10s%n",
            e.getKey(), cached[1], cached[0], fewer, quick[1], quick[0],
            cached[1] > quick[1] ? "wins" : "loses");
      }
    }
  }

  private List<byte[]> draw(Form form, DecodeStage decode, String sampler, int steps, int pictures) {
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < pictures; i++) {
      Denoising d = begin(form, sampler, steps, i);
      ms(form, d, Integer.MAX_VALUE);
      int h = form.plan.ownHeight() / form.plan.scaleFactor();
      int w = form.plan.ownWidth() / form.plan.scaleFactor();
      all.add(DecodeStage.toBytes(decode.decode(d.latents(), h, w, Runner.DIRECT)));
    }
    return all;
  }

  /** The lowest and the median. */
  private static double[] psnr(List<byte[]> pictures, List<byte[]> truth) {
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      all.add(Psnr.of(pictures.get(i), truth.get(i)));
    }
    List<Double> sorted = all.stream().sorted().collect(Collectors.toList());
    return new double[] {sorted.getFirst(), sorted.get(sorted.size() / 2)};
  }
}
