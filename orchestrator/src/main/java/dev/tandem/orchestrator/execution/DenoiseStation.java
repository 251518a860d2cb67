package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.timeline.Span;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.Half;
import dev.tandem.stages.Runner;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/** A part of the denoising steps, on one device or with the halves of each step on two. */
final class DenoiseStation implements PlacedStation {
  static final String NAME = "denoise";

  private final RunContext run;
  private final ModelInfo model;
  private final Lane lane;
  private final int part;
  private final Seat seat;
  private final Optional<Seat> unconditional;
  private final int number;
  private final AtomicInteger held = new AtomicInteger();

  /**
   * A part of a lane.
   *
   * @param part its number, from 0
   * @param number of the station
   */
  DenoiseStation(RunContext run, ModelInfo model, Lane lane, int part, int number) {
    this.number = number;
    this.run = run;
    this.model = model;
    this.lane = lane;
    this.part = part;
    DenoisePart p = lane.denoise().get(part);
    seat = new Seat(run, NAME, run.device(p.device()));
    unconditional = p.unconditional().map(id -> new Seat(run, NAME, run.device(id)));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String device() {
    return seat.device().id();
  }

  Lane lane() {
    return lane;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public int held() {
    return held.get();
  }

  @Override
  public OptionalLong finishNs(PictureTask task) {
    FleetDevice d = seat.device();
    OptionalLong step = stepNs(task.job());
    return step.isPresent()
        ? OptionalLong.of(d.backlogNs(task.job()) + steps(task.job()) * step.getAsLong())
        : OptionalLong.empty();
  }

  /** Expected time of one step, ns. */
  OptionalLong stepNs(PictureJob job) {
    OptionalLong own = run.costs().ns(work(job), device(), job);
    if (!split(job)) {
      return own;
    }
    OptionalLong other = run.costs().ns(Work.HALF_STEP, unconditional.get().device().id(), job);
    return own.isPresent() && other.isPresent()
        ? OptionalLong.of(Math.max(own.getAsLong(), other.getAsLong()))
        : OptionalLong.empty();
  }

  /** Expected time until the device is free, ns. */
  long backlogNs(PictureJob job) {
    long own = seat.device().backlogNs(job);
    return unconditional.map(u -> Math.max(own, u.device().backlogNs(job))).orElse(own);
  }

  int steps(PictureJob job) {
    return lane.stepsOfParts(job.evaluations()).get(part);
  }

  private boolean split(PictureJob job) {
    return job.guided() && unconditional.filter(u -> u.device() != seat.device()).isPresent();
  }

  private Work work(PictureJob job) {
    return job.guided() && !split(job) ? Work.STEP : Work.HALF_STEP;
  }

  @Override
  public void commit(PictureTask task) {
    held.incrementAndGet();
    PictureJob job = task.job();
    task.commit(seat.device(), work(job), steps(job));
    if (split(job)) {
      task.commit(unconditional.get().device(), Work.HALF_STEP, steps(job));
    }
  }

  @Override
  public Visit begin(PictureTask task) {
    int end =
        lane.stepsOfParts(task.job().evaluations()).stream()
            .limit(part + 1L)
            .mapToInt(Integer::intValue)
            .sum();
    return () -> {
      boolean more = false;
      try {
        if (part == 0 && task.denoising().isEmpty()) {
          task.setDenoising(denoising(task));
        }
        Optional<Denoising> d = task.denoising();
        if (d.isPresent() && d.get().step() < end) {
          step(task, d.get());
          more = d.get().step() < end;
        }
        if (d.isPresent() && d.get().done()) {
          task.finishDenoising();
        }
        return more;
      } finally {
        if (!more) {
          held.decrementAndGet();
          task.release();
        }
      }
    };
  }

  private Denoising denoising(PictureTask task) {
    PictureJob job = task.job();
    PictureTask.Encoded encoded = task.takeEncoded();
    return new Denoising(
        new DenoiseStage.Job(
            encoded.prompt(),
            encoded.negative(),
            job.guidance(),
            job.request().seed(),
            job.latentHeight(),
            job.latentWidth(),
            job.sampler()),
        model.plan());
  }

  private void step(PictureTask task, Denoising d) throws InterruptedException, DeviceFault {
    long start = run.stepNow();
    int step = d.step();
    if (split(task.job())) {
      Seat other = unconditional.get();
      Call<float[]> without = call(task, other, Work.HALF_STEP, d, Half.UNCONDITIONAL);
      Call<float[]> with = call(task, seat, Work.HALF_STEP, d, Half.CONDITIONAL);
      float[] conditional = with.join();
      d.advance(without.join(), conditional);
    } else {
      Half half = d.guided() ? Half.BOTH : Half.CONDITIONAL;
      d.advance(call(task, seat, work(task.job()), d, half).join());
    }
    task.unitDone();
    run.span(Span.Kind.STEP, this, task.index(), step, start);
    run.listener().onStep(task.index(), d.step(), d.evaluations());
  }

  private Call<float[]> call(PictureTask task, Seat at, Work work, Denoising d, Half half) {
    Call.Body<float[]> body =
        new Call.Body<>() {
          @Override
          public boolean ready(DeviceStages stages) {
            return stages.denoise().ready(d, half);
          }

          @Override
          public float[] run(DeviceStages stages, Runner runner) {
            return stages.denoise().evaluate(d, half, runner);
          }
        };
    return Call.start(run, at, work, task, d.step(), body);
  }
}
