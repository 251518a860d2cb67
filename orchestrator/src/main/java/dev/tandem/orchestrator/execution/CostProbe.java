package dev.tandem.orchestrator.execution;

import dev.tandem.devices.DeviceException;
import dev.tandem.orchestrator.engine.DeviceFault;
import dev.tandem.orchestrator.engine.Drive;
import dev.tandem.orchestrator.engine.Incident;
import dev.tandem.orchestrator.engine.SyncCall;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.wiring.Watchdog;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.Evaluation;
import dev.tandem.stages.Half;
import dev.tandem.stages.Runner;
import dev.tandem.stages.StepCache;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Measures what a job's work costs on devices: each kind of work once to compile and warm up, then
 * once or, if it is short, a few times, of which the least counts. What was compiled is used again
 * by the run.
 */
final class CostProbe {
  private static final int MOST_RUNS = 4;
  private static final long LONG_NS = 150_000_000;

  private final ModelInfo model;
  private final LoadedModel loaded;
  private final Drive drive;
  private final Watchdog watchdog;
  private final PictureJob job;

  CostProbe(ModelInfo model, LoadedModel loaded, Drive drive, Watchdog watchdog, PictureJob job) {
    this.model = model;
    this.loaded = loaded;
    this.drive = drive;
    this.watchdog = watchdog;
    this.job = job;
  }

  MeasuredCosts measure(List<PooledDevice> devices) throws InterruptedException {
    Map<String, MeasuredCosts.OfDevice> all = new LinkedHashMap<>();
    for (PooledDevice d : devices) {
      all.put(d.id(), measure(d));
    }
    return new MeasuredCosts(all);
  }

  private MeasuredCosts.OfDevice measure(PooledDevice d) throws InterruptedException {
    Map<Work, Long> ns = new EnumMap<>(Work.class);
    Map<Work, Long> bytes = new EnumMap<>(Work.class);
    DeviceStages stages = loaded.at(d);
    String prompt = job.request().prompt();
    time(d, Work.TEXT, ns, r -> stages.text().encode(prompt, r, warning -> {}));
    bytes.put(Work.TEXT, stages.text().bytes());
    step(d, Work.HALF_STEP, Half.CONDITIONAL, ns, bytes);
    if (job.guided()) {
      step(d, Work.STEP, Half.BOTH, ns, bytes);
    } else {
      ns.put(Work.STEP, ns.get(Work.HALF_STEP));
      bytes.put(Work.STEP, bytes.get(Work.HALF_STEP));
    }
    int height = job.latentHeight();
    int width = job.latentWidth();
    float[] latents = new float[height * width * model.unet().outChannels()];
    time(d, Work.DECODE, ns, r -> stages.decode().decode(latents, height, width, r));
    bytes.put(Work.DECODE, stages.decode().bytes(height, width));
    return new MeasuredCosts.OfDevice(d.device().memoryLimit().total(), ns, bytes);
  }

  /**
   * An evaluation of the U-Net; with a deep cache the mean over its interval. Another cache may
   * save something, but nobody knows how much.
   */
  private void step(PooledDevice d, Work work, Half half, Map<Work, Long> ns, Map<Work, Long> bytes)
      throws InterruptedException {
    DenoiseStage stage = loaded.at(d).denoise();
    Denoising picture = denoising();
    AtomicReference<Optional<Evaluation>> made = new AtomicReference<>(Optional.empty());
    time(d, work, ns, r -> made.set(Optional.of(stage.evaluate(picture, half, r))));
    Optional<Evaluation> full = made.get();
    if (full.isPresent()
        && model.plan().options().cache() instanceof StepCache.Deep deep
        && deep.takesOver()) {
      long fullNs = ns.get(work);
      while (!stage.shallow(picture, half) && picture.step() + 1 < picture.evaluations()) {
        if (job.guided() && half != Half.BOTH) {
          picture.advance(full.get(), full.get());
        } else {
          picture.advance(full.get());
        }
      }
      if (stage.shallow(picture, half)) {
        time(d, work, ns, r -> stage.evaluate(picture, half, r));
        ns.merge(
            work, fullNs, (shallow, f) -> (f + (deep.interval() - 1) * shallow) / deep.interval());
      }
    }
    bytes.put(work, stage.bytes(picture, half));
  }

  /** A picture before its first step, with text that says nothing. */
  private Denoising denoising() {
    Conditioning nothing = Conditioning.of(model.plan(), 0);
    return new Denoising(
        new DenoiseStage.Job(
            nothing,
            nothing,
            job.guidance(),
            job.request().seed(),
            job.latentHeight(),
            job.latentWidth(),
            job.course().sampler()),
        model.plan());
  }

  private void time(PooledDevice d, Work work, Map<Work, Long> into, Consumer<Runner> body)
      throws InterruptedException {
    try {
      once(d, work, body);
      long least = Long.MAX_VALUE;
      for (int i = 0; i < MOST_RUNS && (i == 0 || least < LONG_NS); i++) {
        least = Math.min(least, once(d, work, body));
      }
      into.put(work, least);
    } catch (DeviceFault e) {
      e.rethrowUnlessOfDevice();
      if (e.kind() == Incident.Kind.OUT_OF_MEMORY) {
        into.put(work, MeasuredCosts.IMPOSSIBLE_NS);
      } else {
        throw new DeviceException("cannot measure device '" + d.id() + "': " + e.getMessage(), e);
      }
    }
  }

  private long once(PooledDevice d, Work work, Consumer<Runner> body)
      throws InterruptedException, DeviceFault {
    return SyncCall.run(
        drive, d.place().queue(), "measure " + work, watchdog.unknown().toNanos(), body);
  }
}
