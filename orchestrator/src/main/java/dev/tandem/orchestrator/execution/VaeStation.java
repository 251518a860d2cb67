package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.Runner;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/** Decodes latents to the picture. */
final class VaeStation implements PlacedStation {
  static final String NAME = "decode";

  private final RunContext run;
  private final ModelInfo model;
  private final Seat seat;
  private final int tile;
  private final int number;
  private final AtomicInteger held = new AtomicInteger();

  VaeStation(RunContext run, ModelInfo model, FleetDevice device, int tile, int number) {
    this.number = number;
    this.run = run;
    this.model = model;
    this.tile = tile;
    this.seat = new Seat(run, NAME, device);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String device() {
    return seat.device().id();
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
    OptionalLong ns = run.costs().ns(Work.DECODE, d.id(), task.job());
    return ns.isPresent()
        ? OptionalLong.of(d.backlogNs(task.job()) + ns.getAsLong())
        : OptionalLong.empty();
  }

  @Override
  public void commit(PictureTask task) {
    held.incrementAndGet();
    task.commit(seat.device(), Work.DECODE, 1);
  }

  @Override
  public Visit begin(PictureTask task) {
    return () -> {
      try {
        float[] image = Call.start(run, seat, Work.DECODE, task, 0, new Decode(task, tile)).join();
        byte[] rgb = DecodeStage.toBytes(image);
        task.setPicture(new Picture(task.index(), task.job().request(), model.name(), rgb));
        return false;
      } finally {
        held.decrementAndGet();
        task.release();
      }
    };
  }

  private record Decode(PictureTask task, int tile) implements Call.Body<float[]> {
    @Override
    public boolean ready(DeviceStages stages) {
      DecodeStage stage = stages.decode();
      stage.tile(tile);
      return stage.ready(task.job().latentHeight(), task.job().latentWidth());
    }

    @Override
    public float[] run(DeviceStages stages, Runner runner) {
      PictureJob job = task.job();
      DecodeStage stage = stages.decode();
      stage.tile(tile);
      return stage.decode(task.latents(), job.latentHeight(), job.latentWidth(), runner);
    }
  }
}
