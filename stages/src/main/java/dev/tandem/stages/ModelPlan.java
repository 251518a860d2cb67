package dev.tandem.stages;

import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.checkpoint.StoredTypes;
import dev.tandem.stages.quantize.Taps;
import dev.tandem.stages.sampling.Course;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.BandProgram;
import dev.tandem.stages.vae.LatentScaling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a model is, without a device: its stages with the very graphs that a run compiles, its
 * sizes, and what its pipeline's class decides. Made once for each opened model.
 */
public final class ModelPlan {
  private static final int USUAL_STEPS = 20;
  private static final AtomicLong OPENED = new AtomicLong();
  private static final int USUAL_LATENTS = 64;

  private final ModelParts parts;
  private final ModelOptions options;
  private final String id;
  private final String name;
  private final UNetForm unetForm;
  private final Map<String, StoredTypes> types = new HashMap<>();
  private final List<StagePlan> stages = new ArrayList<>();

  private ModelPlan(ModelParts parts, ModelOptions options, UNetForm unetForm) {
    this.parts = parts;
    this.options = options;
    this.unetForm = unetForm;
    var folder = parts.folder().folder().toAbsolutePath().normalize();
    id = folder + "#" + OPENED.incrementAndGet();
    name = folder.getFileName().toString();
    stages.add(
        new StagePlan(StagePlan.TEXT, parts.text().stream().map(t -> typed(t.part())).toList()));
    if (parts.encodes()) {
      stages.add(vae(StagePlan.IMAGE, "vae encoder", (b, w, h) -> parts.vae().encode(b, h, w)));
    }
    stages.add(
        new StagePlan(
            StagePlan.DENOISE,
            new DenoisePlan(parts, options)
                .stage().parts().stream().map(p -> typed(p.with(unetForm::apply))).toList()));
    stages.add(
        vae(
            StagePlan.DECODE,
            "vae decoder",
            (b, w, h) -> parts.vae().decode(b, latents(h), latents(w))));
  }

  /**
   * Reads and checks a model.
   *
   * @throws CheckpointException if a part is missing, damaged or does not fit the others
   * @throws dev.tandem.stages.layers.ConfigException if a config has what is not supported
   * @throws dev.tandem.devices.WeightException if a weight is missing or has another shape than the
   *     config asks for
   */
  public static ModelPlan of(ModelFolder folder) {
    return of(folder, ModelOptions.DEFAULT);
  }

  /**
   * As {@link #of(ModelFolder)}, in a cheaper form.
   *
   * @throws CheckpointException also if the form does not suit the model
   */
  public static ModelPlan of(ModelFolder folder, ModelOptions options) {
    return of(ModelParts.read(folder), options);
  }

  private static ModelPlan of(ModelParts parts, ModelOptions options) {
    UNetForm form = UNetForm.of(parts.folder(), options.quantization());
    return new ModelPlan(parts, options.withQuantization(form.quantization()), form);
  }

  /** The same model in another form. */
  public ModelPlan with(ModelOptions other) {
    return of(parts, other);
  }

  private StagePlan vae(String key, String part, StagePlan.Builder builder) {
    return new StagePlan(key, List.of(typed(new StagePlan.Part(part, "vae", builder))));
  }

  /** The part with graphs that say in which types the folder has their weights. */
  private StagePlan.Part typed(StagePlan.Part part) {
    StoredTypes stored = types.computeIfAbsent(part.component(), this::storedTypes);
    return part.with(stored::apply);
  }

  /**
   * The decoder in bands, with the types of its weights.
   *
   * @param height of the latents
   * @param width of the latents
   */
  BandProgram bands(int height, int width) {
    StoredTypes stored = Objects.requireNonNull(types.get("vae"));
    return parts.vae().bands(height, width).with(stored::apply);
  }

  private StoredTypes storedTypes(String component) {
    try (ModelWeights weights = folder().component(component).weights()) {
      return StoredTypes.of(weights);
    }
  }

  /** The same model, whose U-Net shows what would be rounded: {@link Taps#graph}. */
  public ModelPlan tapped() {
    return new ModelPlan(parts, options, unetForm.tapped());
  }

  /**
   * Opens the weights that a part's graphs ask for.
   *
   * @throws CheckpointException if there are none that can be read
   */
  public ModelWeights weights(StagePlan.Part part) {
    Component component = folder().component(part.component());
    return part.component().equals("unet") ? unetForm.weights(component) : component.weights();
  }

  /**
   * Tells opened models apart, also those of one name and one folder opened twice: each has its own
   * executables, as it knows what it has written to their inputs.
   */
  public String id() {
    return id;
  }

  /** Of the folder. */
  public String name() {
    return name;
  }

  public ModelFolder folder() {
    return parts.folder();
  }

  /** In the order of work: text, image (where the VAE's encoder is there), denoise, decode. */
  public List<StagePlan> stages() {
    return List.copyOf(stages);
  }

  /**
   * A stage by its key.
   *
   * @throws CheckpointException if the model has none
   */
  public StagePlan stage(String key) {
    return stages.stream()
        .filter(s -> s.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    parts.folder().folder()
                        + " has no stage '"
                        + key
                        + "', only "
                        + stages.stream().map(StagePlan::key).toList()));
  }

  /** In which form the model is computed, whether that was asked for or is stored so. */
  public ModelOptions options() {
    return options;
  }

  /**
   * Refuses a cache where it cannot pay.
   *
   * @param evaluations of the U-Net for a picture
   * @param sampler its name
   * @throws IllegalArgumentException that says why, and what to do
   */
  public void requireCachePays(int evaluations, String sampler) {
    DenoisePlan.requireCachePays(this, evaluations, sampler);
  }

  /**
   * What a picture keeps between evaluations for {@link ModelOptions#cache}, both halves, bytes.
   *
   * @param width pixels
   * @param height pixels
   */
  public long keptBytes(int width, int height) {
    return new DenoisePlan(parts, options).keptBytes(width, height);
  }

  /** Whether pictures can be encoded to begin with: see {@link StagePlan#IMAGE}. */
  public boolean encodes() {
    return parts.encodes();
  }

  ModelParts parts() {
    return parts;
  }

  public UNet2DConfig unet() {
    return parts.unet().config();
  }

  /** Tokens of every prompt. */
  public int tokens() {
    return parts.tokens();
  }

  public int latentChannels() {
    return parts.vae().latentChannels();
  }

  /** Pixels that a latent stands for, each way. */
  public int scaleFactor() {
    return parts.vae().scaleFactor();
  }

  /** How latents are scaled between the VAE and the denoiser by this pipeline. */
  LatentScaling latentScaling() {
    return parts.vae().latentScaling().inPipeline(parts.folder().isXl());
  }

  /** Whether an empty negative prompt is zeros: XL models were trained so. */
  boolean zerosForEmptyNegative() {
    ModelFolder folder = parts.folder();
    return folder.isXl() && folder.index().flag("force_zeros_for_empty_prompt").orElse(true);
  }

  /** Width of the pictures that the model was made for, pixels. */
  public int ownWidth() {
    List<Integer> own = unet().sampleSize();
    return pixels(own.isEmpty() ? USUAL_LATENTS : own.getLast());
  }

  /** Height of the pictures that the model was made for, pixels. */
  public int ownHeight() {
    List<Integer> own = unet().sampleSize();
    return pixels(own.isEmpty() ? USUAL_LATENTS : own.getFirst());
  }

  /**
   * The width of a picture.
   *
   * @param wanted pixels; 0 for the model's own
   * @throws IllegalArgumentException if no picture can have it, with what could be asked instead
   */
  public int width(int wanted) {
    return wanted == 0 ? ownWidth() : divisible("width", wanted);
  }

  /** The height of a picture; as {@link #width}. */
  public int height(int wanted) {
    return wanted == 0 ? ownHeight() : divisible("height", wanted);
  }

  private int divisible(String what, int pixels) {
    int scale = scaleFactor();
    if (pixels % scale != 0) {
      int below = pixels / scale * scale;
      throw new IllegalArgumentException(
          what
              + " must be divisible by "
              + scale
              + ", got "
              + pixels
              + "; try "
              + (below == 0 ? "" : below + " or ")
              + (below + scale));
    }
    return pixels;
  }

  private int latents(int pixels) {
    return pixels / scaleFactor();
  }

  private int pixels(int latents) {
    return (int) Math.min(Integer.MAX_VALUE, (long) latents * scaleFactor());
  }

  /**
   * The evaluations of a run that begins with a given picture: what diffusers' pipeline for image
   * to image of this model's kind does.
   *
   * @param steps that the sampler was made for
   * @param strength how much of the picture is to be replaced, 0 to 1; not rounded to float, for
   *     the number of steps is cut off
   * @throws IllegalArgumentException if no step is left
   */
  public Course course(Sampler sampler, int steps, double strength) {
    return parts.folder().pipelineClass().startsWith("LatentConsistencyModel")
        ? Course.consistency(sampler, steps, strength)
        : Course.last(sampler, steps, strength);
  }

  /** Whether the prompt and its negative are both asked: not for a distilled guidance scale. */
  public boolean guided(double scale) {
    return scale > 1 && unet().time().condDim() == 0;
  }

  /**
   * Checks that the model's own sampler can be built.
   *
   * @throws CheckpointException if its class or a value of its config is not supported
   */
  public void requireOwnSampler() {
    Config config = parts.folder().scheduler().config();
    try {
      Samplers.of(config.json(), USUAL_STEPS);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(config.file() + ": " + e.getMessage(), e);
    }
  }
}
