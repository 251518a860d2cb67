package dev.tandem.orchestrator;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.pipeline.PipelineStage;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.timeline.StepClock;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.MemoryNeeds;
import dev.tandem.stages.TextStage;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The stages of one model on the devices of a placement. */
final class ModelStages implements AutoCloseable {
  static final String ENCODE = "encode";
  static final String DENOISE = "denoise";
  static final String DECODE = "decode";
  static final String OUTPUT = "output";

  private final ModelFolder model;
  private final Placement placement;
  private final DeviceOptions options;
  private final MemoryCheck memory;
  private final Map<String, DeviceLane> lanes = new LinkedHashMap<>();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final ConditioningCache prompts = new ConditioningCache();
  private final ConditioningCache negatives = new ConditioningCache();
  private final DenoiseStage denoise;
  private final DecodeStage decode;
  private Optional<TextStage> text = Optional.empty();

  ModelStages(ModelFolder model, Placement placement, DeviceOptions options) {
    options.requireUsed(placement);
    if (!placement.equals(Placement.of(List.of(plain(placement.lanes().getFirst()))))) {
      throw new RequestException("only one device for each stage can be run so far");
    }
    this.model = model;
    this.placement = placement;
    this.options = options;
    boolean done = false;
    try {
      for (String id : placement.devices()) {
        Device device = Devices.open(options.spec(id));
        opened.push(device);
        lanes.put(id, new DeviceLane(id, device));
      }
      denoise = new DenoiseStage(model, lane(unetDevice()).device(), options.compile(unetDevice()));
      opened.push(denoise);
      decode = new DecodeStage(model, lane(vaeDevice()).device(), options.compile(vaeDevice()));
      opened.push(decode);
      Map<String, Device> devices = new LinkedHashMap<>();
      lanes.forEach((id, lane) -> devices.put(id, lane.device()));
      memory = new MemoryCheck(new MemoryNeeds(model), placement, options, devices);
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private static Lane plain(Lane lane) {
    return Lane.of(
        lane.text().getFirst(), lane.denoise().getFirst().device(), lane.decode().getFirst());
  }

  private String textDevice() {
    return lane().text().getFirst();
  }

  private String unetDevice() {
    return lane().denoise().getFirst().device();
  }

  private String vaeDevice() {
    return lane().decode().getFirst();
  }

  private Lane lane() {
    return placement.lanes().getFirst();
  }

  private DeviceLane lane(String id) {
    return lanes.get(id);
  }

  /**
   * The request with the model's own size and sampler filled in.
   *
   * @throws RequestException if the model cannot fulfil it
   */
  Request resolve(Request r) {
    int scale = decode.vae().scaleFactor();
    List<Integer> own = denoise.config().sampleSize();
    int width = size("width", r.width(), scale, own.isEmpty() ? 64 : own.getLast());
    int height = size("height", r.height(), scale, own.isEmpty() ? 64 : own.getFirst());
    Request sized = r.withSize(width, height);
    return sized.withSampler(sampler(sized).name());
  }

  /**
   * Finds out whether all devices have the memory for these requests, and in which tiles to decode.
   *
   * @throws RequestException if not, with all numbers
   */
  void checkMemory(List<Request> resolved) {
    decode.tile(
        memory.tile(resolved, decode.vae().scaleFactor(), r -> denoise.guided(r.guidance())));
  }

  private static int size(String what, int pixels, int scale, int ownLatents) {
    if (pixels == 0) {
      return ownLatents * scale;
    }
    if (pixels % scale != 0) {
      int below = pixels / scale * scale;
      throw new RequestException(
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

  private Sampler sampler(Request r) {
    var own = model.scheduler().config().json();
    GuidanceLimits limits = r.limits();
    try {
      var config =
          limits.thresholds()
              ? Samplers.withThresholding(own, limits.thresholdRatio(), limits.thresholdMax())
              : own;
      Sampler sampler =
          r.sampler().isEmpty()
              ? Samplers.of(config, r.steps())
              : Samplers.of(r.sampler(), config, r.steps());
      if (limits.thresholds()) {
        Samplers.requireThresholding(sampler.name());
      }
      return sampler;
    } catch (IllegalArgumentException e) {
      throw new RequestException(e.getMessage());
    }
  }

  /** How often a picture asks the U-Net; a step with guidance asks twice. */
  int evaluations(Request r) {
    return sampler(resolve(r)).evaluations() * (denoise.guided(r.guidance()) ? 2 : 1);
  }

  /** The stages in order; {@code cancelled} is asked after every step. */
  List<PipelineStage<PictureTask>> stages(
      Timeline timeline, GenerationListener listener, BooleanSupplier cancelled) {
    return List.of(
        new Encode(timeline, listener),
        new Denoise(timeline, listener, cancelled),
        new Decode(timeline),
        new Output(listener));
  }

  @Override
  public void close() {
    text.ifPresent(TextStage::close);
    text = Optional.empty();
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot close " + model.folder(), e);
      }
    }
  }

  private final class Encode implements PipelineStage<PictureTask> {
    private final Timeline timeline;
    private final GenerationListener listener;

    private Encode(Timeline timeline, GenerationListener listener) {
      this.timeline = timeline;
      this.listener = listener;
    }

    @Override
    public String name() {
      return ENCODE;
    }

    @Override
    public String device() {
      return textDevice();
    }

    @Override
    public void process(PictureTask task) {
      DeviceLane lane = lane(textDevice());
      if (text.isEmpty()) {
        text =
            Optional.of(
                lane.exclusively(
                    () -> new TextStage(model, lane.device(), options.compile(textDevice()))));
      }
      TextStage encoder = text.get();
      var runner = lane.runner(timeline, ENCODE, task.index());
      Request r = task.request();
      Conditioning prompt =
          prompts.get(r.prompt(), p -> encoder.encode(p, runner, listener::onWarning));
      Conditioning negative =
          denoise.guided(r.guidance())
              ? negatives.get(
                  r.negative(), p -> encoder.encodeNegative(p, runner, listener::onWarning))
              : prompt;
      task.setEncoded(new PictureTask.Encoded(prompt, negative));
    }
  }

  private final class Denoise implements PipelineStage<PictureTask> {
    private final Timeline timeline;
    private final GenerationListener listener;
    private final BooleanSupplier cancelled;

    private Denoise(Timeline timeline, GenerationListener listener, BooleanSupplier cancelled) {
      this.timeline = timeline;
      this.listener = listener;
      this.cancelled = cancelled;
    }

    @Override
    public String name() {
      return DENOISE;
    }

    @Override
    public String device() {
      return unetDevice();
    }

    @Override
    public void process(PictureTask task) throws InterruptedException {
      DeviceLane lane = lane(unetDevice());
      Request r = task.request();
      int scale = decode.vae().scaleFactor();
      PictureTask.Encoded encoded = task.takeEncoded();
      int tokens = encoded.prompt().tokens();
      lane.exclusively(
          () -> {
            denoise.prepare(r.height() / scale, r.width() / scale, tokens, r.guidance());
            return true;
          });
      DenoiseStage.Job job =
          new DenoiseStage.Job(
              encoded.prompt(),
              encoded.negative(),
              new Guidance(r.guidance(), r.limits().rescale()),
              r.seed(),
              r.height() / scale,
              r.width() / scale,
              scale,
              sampler(r));
      StepClock clock = new StepClock(timeline, DENOISE, unetDevice(), task.index());
      float[] latents =
          denoise.denoise(
              job,
              lane.runner(timeline, DENOISE, task.index()),
              (step, steps, state) -> {
                clock.done(step - 1);
                listener.onStep(task.index(), step, steps);
                if (cancelled.getAsBoolean()) {
                  throw new InterruptedException("cancelled after step " + step);
                }
              });
      task.setLatents(latents);
    }
  }

  private final class Decode implements PipelineStage<PictureTask> {
    private final Timeline timeline;

    private Decode(Timeline timeline) {
      this.timeline = timeline;
    }

    @Override
    public String name() {
      return DECODE;
    }

    @Override
    public String device() {
      return vaeDevice();
    }

    @Override
    public void process(PictureTask task) {
      DeviceLane lane = lane(vaeDevice());
      Request r = task.request();
      int scale = decode.vae().scaleFactor();
      int height = r.height() / scale;
      int width = r.width() / scale;
      lane.exclusively(
          () -> {
            decode.prepare(height, width);
            return true;
          });
      float[] image =
          decode.decode(
              task.takeLatents(), height, width, lane.runner(timeline, DECODE, task.index()));
      String name = model.folder().toAbsolutePath().normalize().getFileName().toString();
      task.setPicture(new Picture(task.index(), r, name, DecodeStage.toBytes(image)));
    }
  }

  private static final class Output implements PipelineStage<PictureTask> {
    private final GenerationListener listener;

    private Output(GenerationListener listener) {
      this.listener = listener;
    }

    @Override
    public String name() {
      return OUTPUT;
    }

    @Override
    public String device() {
      return "host";
    }

    @Override
    public void process(PictureTask task) throws Exception {
      listener.onPicture(task.takePicture());
    }
  }
}
