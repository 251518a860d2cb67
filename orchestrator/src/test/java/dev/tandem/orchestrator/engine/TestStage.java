package dev.tandem.orchestrator.engine;

import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A stage of tests: so many units for each task, each a call of some work at one queue. */
final class TestStage implements Stage<TestStage.Numbered> {
  /** A task that is a number. */
  static final class Numbered extends Task {
    Numbered(int index) {
      this(index, 0);
    }

    Numbered(int index, int priority) {
      super(index, priority);
    }
  }

  /** What a unit does to a task. */
  @FunctionalInterface
  interface Work {
    void on(int task) throws Exception;
  }

  private final String name;
  private final CallQueue queue;
  private final int units;
  private final Work work;
  private final Work join;
  private final Map<Integer, Integer> done = new HashMap<>();
  private Timeline timeline = new Timeline();

  TestStage(String name, CallQueue queue, int units, Work work, Work join) {
    this.name = name;
    this.queue = queue;
    this.units = units;
    this.work = work;
    this.join = join;
  }

  TestStage(String name, CallQueue queue, Work work) {
    this(name, queue, 1, work, task -> {});
  }

  /** Records its calls there. */
  TestStage on(Timeline newTimeline) {
    timeline = newTimeline;
    return this;
  }

  /** Stages one after the other. */
  static Junction<Numbered> chain(int holds, TestStage... stages) {
    Optional<Junction<Numbered>> next = Optional.empty();
    for (TestStage s : List.of(stages).reversed()) {
      next =
          Optional.of(
              new Junction<>(
                  List.of(new Station<>(s, holds, next)),
                  (task, hasRoom) -> hasRoom.test(0) ? 0 : Chooser.WAIT));
    }
    return next.orElseThrow();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String device() {
    return queue.id();
  }

  @Override
  public Optional<Unit> next(Numbered task) {
    int n = done.merge(task.index(), 1, Integer::sum);
    return n > units ? Optional.empty() : Optional.of(new Once(task));
  }

  private final class Once implements Unit, Unit.Part {
    private final Numbered task;

    private Once(Numbered task) {
      this.task = task;
    }

    @Override
    public List<Part> parts() {
      return List.of(this);
    }

    @Override
    public void join() throws Exception {
      join.on(task.index());
    }

    @Override
    public CallQueue queue() {
      return queue;
    }

    @Override
    public CallQueue.Label label() {
      return new CallQueue.Label(timeline, name, task.index(), -1);
    }

    @Override
    public long limitNs() {
      return Long.MAX_VALUE / 4;
    }

    @Override
    public void run(Runner runner) throws Exception {
      work.on(task.index());
    }

    @Override
    public boolean failed(DeviceFault fault) throws Exception {
      if (fault.getCause() instanceof Exception e) {
        throw e;
      }
      if (fault.getCause() instanceof Error e) {
        throw e;
      }
      return false;
    }
  }
}
