package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.result.Evaluations;
import dev.tandem.orchestrator.wiring.PictureTask;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.EncodedPicture;
import dev.tandem.stages.MemoryForm;
import dev.tandem.stages.ModelOptions;
import dev.tandem.stages.ModelPlan;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A picture on its way through a model. Each stage takes what the one before left, so nothing large
 * outlives its use.
 */
final class ModelTask extends PictureTask {
  private final PictureJob job;
  private final MemoryPlans memory;
  private final PictureEvents events;
  private final Consumer<String> warnings;
  private final Set<PromptKey> prompts;
  private final Map<PromptKey, Conditioning> encoded = new LinkedHashMap<>();
  private Optional<PromptKey> encoding = Optional.empty();
  private Optional<EncodedPicture> init = Optional.empty();
  private Optional<Denoising> denoising = Optional.empty();
  private Optional<float[]> latents = Optional.empty();
  private int shallow;
  private Optional<byte[]> rgb = Optional.empty();

  /**
   * A picture.
   *
   * @param memory in which form each device does its part
   */
  ModelTask(
      int index,
      int priority,
      PictureJob job,
      MemoryPlans memory,
      PictureEvents events,
      Consumer<String> warnings) {
    super(index, priority, job.kind());
    this.warnings = warnings;
    this.job = job;
    this.memory = memory;
    this.events = events;
    prompts = keys(job);
  }

  /** The prompt, then its negative where it is asked; the same words twice are two keys. */
  private static Set<PromptKey> keys(PictureJob job) {
    Set<PromptKey> keys =
        new LinkedHashSet<>(List.of(new PromptKey(job.request().prompt(), false)));
    if (job.guided()) {
      keys.add(new PromptKey(job.request().negative(), true));
    }
    return keys;
  }

  PictureJob job() {
    return job;
  }

  /** In which form a device does its part. */
  MemoryForm form(String device) {
    return memory.form(device);
  }

  PictureEvents events() {
    return events;
  }

  /** Hears what the user should know of it. */
  Consumer<String> warnings() {
    return warnings;
  }

  /** How many of its prompts nobody has encoded yet. */
  synchronized int missing(ConditioningCache cache) {
    int missing = 0;
    for (PromptKey key : prompts) {
      if (!encoded.containsKey(key)) {
        cache.get(key).ifPresent(c -> encoded.put(key, c));
        missing += encoded.containsKey(key) ? 0 : 1;
      }
    }
    return missing;
  }

  /** Chooses the prompt that is encoded next. */
  synchronized void beginEncoding() {
    encoding = prompts.stream().filter(k -> !encoded.containsKey(k)).findFirst();
  }

  /** What is being encoded. */
  synchronized PromptKey encoding() {
    return encoding.orElseThrow();
  }

  synchronized void setEncoded(PromptKey key, Conditioning conditioning) {
    encoded.put(key, conditioning);
  }

  /** Whether a picture to begin with is to be encoded. */
  synchronized boolean needsImage() {
    return job.request().init().isPresent() && init.isEmpty();
  }

  /** The picture to begin with. */
  synchronized void setInit(EncodedPicture value) {
    init = Optional.of(value);
  }

  /** Where denoising stands, from the noise on; two devices may ask at once. */
  synchronized Denoising denoising(ModelPlan plan) {
    if (denoising.isEmpty()) {
      List<Conditioning> all = prompts.stream().map(encoded::get).toList();
      denoising =
          Optional.of(
              new Denoising(
                  new DenoiseStage.Job(
                      all.getFirst(),
                      all.getLast(),
                      job.guidance(),
                      job.request().seed(),
                      job.latentHeight(),
                      job.latentWidth(),
                      job.course(),
                      init),
                  plan));
      encoded.clear();
      init = Optional.empty();
    }
    return denoising.get();
  }

  /** The latents so far; empty before the first step. */
  synchronized Optional<float[]> preview() {
    return latents.or(() -> denoising.map(Denoising::latents)).map(float[]::clone);
  }

  /** Denoising is over: only the latents are left. */
  synchronized void finishDenoising() {
    latents = Optional.of(denoising.orElseThrow().latents());
    shallow = denoising.orElseThrow().shallow();
    denoising = Optional.empty();
  }

  /** Evaluations of the U-Net; when denoising is over. */
  synchronized Evaluations evaluations() {
    return new Evaluations(job.evaluations() - shallow, shallow);
  }

  /** What is to be decoded; stays until {@link #setImage}, as decoding may be repeated. */
  synchronized float[] latents() {
    return latents.orElseThrow();
  }

  synchronized boolean isDecoded() {
    return rgb.isPresent();
  }

  /** The picture's values from 0 to 1. */
  synchronized void setImage(float[] image) {
    latents = Optional.empty();
    rgb = Optional.of(DecodeStage.toBytes(image));
  }

  /** The finished picture; to be taken once. */
  synchronized Picture takePicture(String model, ModelOptions form) {
    byte[] value = rgb.orElseThrow();
    rgb = Optional.empty();
    return new Picture(index(), job.request(), model, form, value);
  }

  /** It will not be made: nothing of it is kept. */
  synchronized void drop() {
    encoded.clear();
    denoising = Optional.empty();
    latents = Optional.empty();
    rgb = Optional.empty();
  }
}
