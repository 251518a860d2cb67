package dev.tandem.orchestrator.execution;

import dev.tandem.devices.CompileOptions;
import dev.tandem.orchestrator.engine.DeviceFault;
import dev.tandem.orchestrator.engine.SyncCall;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.wiring.Place;
import dev.tandem.orchestrator.wiring.Workload;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.EncodeStage;
import dev.tandem.stages.EncodedPicture;
import dev.tandem.stages.Evaluation;
import dev.tandem.stages.Half;
import dev.tandem.stages.MemoryForm;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.StagePlan;
import dev.tandem.stages.TextStage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What the stages of a model compute, at whichever device. Any thread. */
final class LoadedModel implements Workload<ModelTask>, AutoCloseable {
  private static final long CLOSE_NS = TimeUnit.MINUTES.toNanos(2);

  private final ModelPlan plan;
  private final RunOptions options;
  private final DevicePool pool;
  private final ConditioningCache cache = new ConditioningCache();
  private final Map<Opened, DeviceStages> stages = new LinkedHashMap<>();

  /** A device, and how graphs are compiled there. */
  private record Opened(PooledDevice device, CompileOptions options) {}

  /** What a step gives whose halves were computed one after the other. */
  private record Halves(Evaluation unconditional, Evaluation conditional) {}

  LoadedModel(ModelPlan plan, RunOptions options, DevicePool pool) {
    this.plan = plan;
    this.options = options;
    this.pool = pool;
  }

  /** The model's stages at a device. */
  DeviceStages at(PooledDevice device) {
    return at(device, MemoryForm.USUAL);
  }

  private DeviceStages at(PooledDevice device, MemoryForm form) {
    synchronized (stages) {
      return stages.computeIfAbsent(
          new Opened(device, form.compile(options.compile(device.id()))),
          o -> new DeviceStages(plan, device.executables(), o.options));
    }
  }

  private DeviceStages at(Place place, MemoryForm form) {
    return at(pool.get(place.id()), form);
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
    MemoryForm form = task.form(at.id());
    DeviceStages s = at(at, form);
    return switch (call.work()) {
      case TEXT -> s.text().ready();
      case IMAGE -> s.image().ready(task.job().request().height(), task.job().request().width());
      case STEP, HALF_STEP -> s.denoise().ready(task.denoising(plan), half(task, call, form));
      case DECODE -> decoder(s, form).ready(task.job().latentHeight(), task.job().latentWidth());
    };
  }

  @Override
  public Object run(ModelTask task, Call call, Place at, Runner runner) {
    MemoryForm form = task.form(at.id());
    DeviceStages s = at(at, form);
    if (form.oneStage()) {
      pool.get(at.id()).executables().keepOnly(plan.id(), parts(call.work()));
    }
    return switch (call.work()) {
      case TEXT -> encode(s.text(), task, runner);
      case IMAGE -> encode(s.image(), task.job().request(), runner);
      case STEP, HALF_STEP -> step(s.denoise(), task, call, form, runner);
      case DECODE ->
          decoder(s, form)
              .decode(task.latents(), task.job().latentHeight(), task.job().latentWidth(), runner);
    };
  }

  @Override
  public Form form(ModelTask task, Call call, Place at) {
    boolean step = call.work() == Work.STEP || call.work() == Work.HALF_STEP;
    if (!step || !plan.options().cache().takesOver()) {
      return Form.ALIKE;
    }
    MemoryForm memory = task.form(at.id());
    boolean shallow =
        at(at, memory).denoise().shallow(task.denoising(plan), half(task, call, memory));
    return shallow ? Form.SHALLOW : Form.FULL;
  }

  @Override
  public Form form(Object result) {
    if (!plan.options().cache().takesOver()) {
      return Form.ALIKE;
    }
    return switch (result) {
      case Evaluation e -> e.shallow() ? Form.SHALLOW : Form.FULL;
      case Halves h ->
          h.unconditional.shallow() && h.conditional.shallow() ? Form.SHALLOW : Form.FULL;
      default -> Form.ALIKE;
    };
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

  private static DecodeStage decoder(DeviceStages s, MemoryForm form) {
    DecodeStage decoder = s.decode();
    decoder.form(form.decoding());
    return decoder;
  }

  /** What of the model a kind of work compiles. */
  private Set<String> parts(Work work) {
    String stage =
        switch (work) {
          case TEXT -> StagePlan.TEXT;
          case IMAGE -> StagePlan.IMAGE;
          case STEP, HALF_STEP -> StagePlan.DENOISE;
          case DECODE -> StagePlan.DECODE;
        };
    return plan.stage(stage).parts().stream().map(StagePlan.Part::name).collect(Collectors.toSet());
  }

  private Object step(
      DenoiseStage denoise, ModelTask task, Call call, MemoryForm form, Runner runner) {
    Denoising d = task.denoising(plan);
    if (call.work() == Work.STEP && form.halves() && d.guided()) {
      Evaluation unconditional = denoise.evaluate(d, Half.UNCONDITIONAL, runner);
      return new Halves(unconditional, denoise.evaluate(d, Half.CONDITIONAL, runner));
    }
    return denoise.evaluate(d, half(task, call, form), runner);
  }

  /** The first seat of a split step does the conditional half. */
  private static Half half(ModelTask task, Call call, MemoryForm form) {
    if (call.work() == Work.STEP) {
      return form.halves() ? Half.CONDITIONAL : Half.BOTH;
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
        if (results.getFirst() instanceof Halves h) {
          d.advance(h.unconditional, h.conditional);
        } else if (calls.size() == 1) {
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
    Map<Opened, DeviceStages> all;
    synchronized (stages) {
      all = Map.copyOf(stages);
      stages.clear();
    }
    all.forEach((opened, s) -> close(opened.device, s));
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
