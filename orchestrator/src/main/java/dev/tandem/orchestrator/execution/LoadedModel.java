package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.engine.DeviceFault;
import dev.tandem.orchestrator.engine.SyncCall;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.wiring.Place;
import dev.tandem.orchestrator.wiring.Workload;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.EncodeStage;
import dev.tandem.stages.EncodedPicture;
import dev.tandem.stages.Evaluation;
import dev.tandem.stages.Half;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.TextStage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the stages of a model compute, at whichever device. Any thread. */
final class LoadedModel implements Workload<ModelTask>, AutoCloseable {
  private static final long CLOSE_NS = TimeUnit.MINUTES.toNanos(2);

  private final ModelPlan plan;
  private final RunOptions options;
  private final DevicePool pool;
  private final ConditioningCache cache = new ConditioningCache();
  private final Map<PooledDevice, DeviceStages> stages = new LinkedHashMap<>();

  LoadedModel(ModelPlan plan, RunOptions options, DevicePool pool) {
    this.plan = plan;
    this.options = options;
    this.pool = pool;
  }

  /** The model's stages at a device. */
  DeviceStages at(PooledDevice device) {
    synchronized (stages) {
      return stages.computeIfAbsent(
          device, d -> new DeviceStages(plan, d.executables(), options.compile(d.id())));
    }
  }

  private DeviceStages at(Place place) {
    return at(pool.get(place.id()));
  }

  @Override
  public int unitsLeft(ModelTask task, String stage) {
    return switch (stage) {
      case StagePlan.TEXT -> task.missing(cache);
      case StagePlan.IMAGE -> task.needsImage() ? 1 : 0;
      case StagePlan.DECODE -> task.isDecoded() ? 0 : 1;
      default -> throw new IllegalArgumentException("no units of stage '" + stage + "'");
    };
  }

  @Override
  public void begin(ModelTask task, Work work) {
    if (work == Work.TEXT) {
      task.beginEncoding();
    }
  }

  @Override
  public boolean ready(ModelTask task, Call call, Place at) {
    DeviceStages s = at(at);
    return switch (call.work()) {
      case TEXT -> s.text().ready();
      case IMAGE -> s.image().ready(task.job().request().height(), task.job().request().width());
      case STEP, HALF_STEP -> s.denoise().ready(task.denoising(plan), half(task, call));
      case DECODE -> decoder(s, task).ready(task.job().latentHeight(), task.job().latentWidth());
    };
  }

  @Override
  public Object run(ModelTask task, Call call, Place at, Runner runner) {
    DeviceStages s = at(at);
    return switch (call.work()) {
      case TEXT -> encode(s.text(), task, runner);
      case IMAGE -> encode(s.image(), task.job().request(), runner);
      case STEP, HALF_STEP -> s.denoise().evaluate(task.denoising(plan), half(task, call), runner);
      case DECODE ->
          decoder(s, task)
              .decode(task.latents(), task.job().latentHeight(), task.job().latentWidth(), runner);
    };
  }

  @Override
  public Form form(ModelTask task, Call call, Place at) {
    boolean step = call.work() == Work.STEP || call.work() == Work.HALF_STEP;
    if (!step || !plan.options().cache().takesOver()) {
      return Form.ALIKE;
    }
    boolean shallow = at(at).denoise().shallow(task.denoising(plan), half(task, call));
    return shallow ? Form.SHALLOW : Form.FULL;
  }

  @Override
  public Form form(Object result) {
    if (!(result instanceof Evaluation e) || !plan.options().cache().takesOver()) {
      return Form.ALIKE;
    }
    return e.shallow() ? Form.SHALLOW : Form.FULL;
  }

  private static Conditioning encode(TextStage text, ModelTask task, Runner runner) {
    PromptKey key = task.encoding();
    return key.negative()
        ? text.encodeNegative(key.prompt(), runner, task.warnings())
        : text.encode(key.prompt(), runner, task.warnings());
  }

  private static EncodedPicture encode(EncodeStage image, Request r, Runner runner) {
    byte[] rgb = r.init().orElseThrow().rgb(r.width(), r.height());
    return image.encode(EncodeStage.toFloats(rgb), r.height(), r.width(), runner);
  }

  private static DecodeStage decoder(DeviceStages s, ModelTask task) {
    DecodeStage decoder = s.decode();
    decoder.tile(task.tile());
    return decoder;
  }

  /** The first seat of a split step does the conditional half. */
  private static Half half(ModelTask task, Call call) {
    if (call.work() == Work.STEP) {
      return Half.BOTH;
    }
    return call.seat() == 0 || !task.job().guided() ? Half.CONDITIONAL : Half.UNCONDITIONAL;
  }

  @Override
  public void join(ModelTask task, List<Call> calls, List<Object> results, Place at) {
    switch (calls.getFirst().work()) {
      case TEXT -> {
        Conditioning made = (Conditioning) results.getFirst();
        cache.put(task.encoding(), made);
        task.setEncoded(task.encoding(), made);
      }
      case IMAGE -> task.setInit((EncodedPicture) results.getFirst());
      case STEP, HALF_STEP -> {
        Denoising d = task.denoising(plan);
        if (calls.size() == 1) {
          d.advance((Evaluation) results.getFirst());
        } else {
          d.advance((Evaluation) results.getLast(), (Evaluation) results.getFirst());
        }
        if (d.done()) {
          task.finishDenoising();
        }
      }
      case DECODE -> task.setImage((float[]) results.getFirst());
    }
  }

  @Override
  public void begun(ModelTask task, String stage, String device) {
    task.events().stage(stage, device);
  }

  @Override
  public void stepDone(ModelTask task, int step) {
    task.events().step(step + 1, task.kind().evaluations(), task::preview);
  }

  /** Frees what it has at devices, each on the thread of its device; dead ones are left alone. */
  @Override
  public void close() {
    Map<PooledDevice, DeviceStages> all;
    synchronized (stages) {
      all = Map.copyOf(stages);
      stages.clear();
    }
    all.forEach(this::close);
  }

  private void close(PooledDevice device, DeviceStages stagesThere) {
    if (device.place().queue().dead()) {
      return;
    }
    try {
      SyncCall.run(
          pool.drive(), device.place().queue(), "close", CLOSE_NS, runner -> stagesThere.close());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the device frees it in its turn
    } catch (DeviceFault e) {
      throw new IllegalStateException(
          "cannot free the model at device '" + device.id() + "': " + e.getMessage(), e);
    }
  }
}
