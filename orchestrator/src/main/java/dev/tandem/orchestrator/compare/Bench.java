package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.measure.RunFigures;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A placement opened and warmed up, so that a run compiles nothing. */
final class Bench implements AutoCloseable {
  private final Tandem tandem;
  private final int devices;

  private Bench(Tandem tandem, int devices) {
    this.tandem = tandem;
    this.devices = devices;
  }

  static Bench open(Path model, Placement placement, RunOptions options, List<Request> requests) {
    Bench bench = new Bench(Tandem.open(model, placement, options), placement.devices().size());
    bench.warmUp(requests);
    return bench;
  }

  /** Makes a picture for each device, of the same kind but with prompts of their own. */
  void warmUp(List<Request> requests) {
    Request like = requests.getFirst();
    List<Request> warm =
        IntStream.range(0, devices).mapToObj(i -> like.withPrompt("warm up " + i)).toList();
    tandem.generateAll(warm, GenerationListener.NONE);
  }

  /**
   * Makes all pictures, looking at devices by their own clocks.
   *
   * @throws dev.tandem.orchestrator.result.GenerationException if an error ended it
   */
  Round run(
      List<Request> requests,
      boolean oneAtATime,
      RoundRecorder.Keep keep,
      Consumer<Picture> pictures) {
    RoundRecorder recorder = new RoundRecorder(keep);
    if (!oneAtATime) {
      Keeper keeper = new Keeper(0, pictures, recorder, span -> {});
      return recorder.round(run(requests, keeper).metrics());
    }
    RunFigures figures = new RunFigures();
    for (int i = 0; i < requests.size(); i++) {
      figures.entered(i, System.nanoTime());
      RunReport report =
          run(List.of(requests.get(i)), new Keeper(i, pictures, recorder, figures::add));
      figures.ended(i, report.done() == 1);
    }
    figures.finish();
    long wall = System.nanoTime() - recorder.startNs();
    return recorder.round(figures.metrics(wall, requests.size() - recorder.failed()));
  }

  private RunReport run(List<Request> requests, Keeper keeper) {
    RunReport report = tandem.generateAll(requests, keeper, Detail.DEVICE);
    report.requireWhole();
    return report;
  }

  /** Passes pictures and spans on with their numbers within the job. */
  private record Keeper(
      int first, Consumer<Picture> to, RoundRecorder recorder, Consumer<Span> figures)
      implements GenerationListener {
    @Override
    public void onPicture(Picture p) {
      to.accept(new Picture(first + p.index(), p.request(), p.model(), p.form(), p.rgb()));
    }

    @Override
    public void onFailure(int index, Request request, Throwable cause) {
      recorder.failed(first + index, cause);
    }

    @Override
    public void onSpan(Span s) {
      Span span =
          new Span(
              s.kind(),
              s.stage(),
              s.device(),
              first + s.picture(),
              s.step(),
              s.lane(),
              s.startNs(),
              s.endNs(),
              s.detail(),
              s.errorNs());
      recorder.add(span);
      figures.accept(span);
    }
  }

  @Override
  public void close() {
    tandem.close();
  }
}
