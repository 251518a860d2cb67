package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.RunReport;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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

  static Bench open(Path model, Placement placement, List<Request> requests) {
    Bench bench = new Bench(Tandem.open(model, placement), placement.devices().size());
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

  /** Makes all pictures, looking at devices by their own clocks. */
  Round run(List<Request> requests, boolean oneAtATime, Consumer<Picture> pictures) {
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    long start = System.nanoTime();
    if (!oneAtATime) {
      Keeper keeper = new Keeper(0, pictures, failures);
      RunReport report = tandem.generateAll(requests, keeper, Detail.DEVICE);
      return new Round(report.metrics(), report.spans(), start, failures);
    }
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      Keeper keeper = new Keeper(i, pictures, failures);
      RunReport report = tandem.generateAll(List.of(requests.get(i)), keeper, Detail.DEVICE);
      for (Span s : report.spans()) {
        spans.add(ofPicture(s, i));
      }
    }
    long wall = System.nanoTime() - start;
    int done = requests.size() - failures.size();
    return new Round(RunMetrics.of(spans, wall, done), spans, start, failures);
  }

  private static Span ofPicture(Span s, int picture) {
    return new Span(
        s.kind(),
        s.stage(),
        s.device(),
        picture,
        s.step(),
        s.lane(),
        s.startNs(),
        s.endNs(),
        s.detail(),
        s.errorNs());
  }

  /** Passes pictures on with their numbers within the job. */
  private record Keeper(int first, Consumer<Picture> to, List<String> failures)
      implements GenerationListener {
    @Override
    public void onPicture(Picture p) {
      to.accept(new Picture(first + p.index(), p.request(), p.model(), p.rgb()));
    }

    @Override
    public void onFailure(int index, Request request, Throwable cause) {
      failures.add("picture " + (first + index) + ": " + cause.getMessage());
    }
  }

  @Override
  public void close() {
    tandem.close();
  }
}
