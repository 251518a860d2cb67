package dev.tandem.app;

import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.timeline.Span;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/** Writes pictures as they are finished and tells the user. */
final class PictureFiles implements GenerationListener {
  private final List<Request> requests;
  private final OutputPattern pattern;
  private final ProgressBar bar;
  private final FreeNames names = new FreeNames();
  private final Consumer<Result> results;
  private final Consumer<Span> spans;
  private Optional<Throwable> told = Optional.empty();

  /**
   * A writer of pictures.
   *
   * @param results hears of each picture's end
   * @param spans hears of each span
   */
  PictureFiles(
      List<Request> requests,
      OutputPattern pattern,
      ProgressBar bar,
      Consumer<Result> results,
      Consumer<Span> spans) {
    this.requests = requests;
    this.pattern = pattern;
    this.bar = bar;
    this.results = results;
    this.spans = spans;
  }

  /**
   * What became of a picture.
   *
   * @param file where it is or would have been
   * @param error empty if it was written
   */
  record Result(int index, Request request, Path file, String error) {}

  /** The last failure that the user was told of. */
  synchronized Optional<Throwable> told() {
    return told;
  }

  @Override
  public void onSpan(Span span) {
    spans.accept(span);
  }

  @Override
  public void onStep(int index, int step, int steps) {
    String prompt = requests.get(index).prompt();
    bar.step(index, requests.size(), prompt, step, steps, System.nanoTime());
  }

  @Override
  public void onPicture(Picture picture) {
    Path file = pattern.file(picture.index(), requests.get(picture.index()));
    byte[] png = picture.toPng();
    if (pattern.isOneFile()) {
      WholeFile.write(file, png);
    } else {
      file = names.write(file, png);
    }
    results.accept(new Result(picture.index(), picture.request(), file, ""));
  }

  @Override
  public void onFailure(int index, Request request, Throwable cause) {
    if (!(cause instanceof CancellationException)) {
      tell(cause);
      bar.println("tandem: picture " + index + " failed: " + Main.message(cause));
    }
    results.accept(new Result(index, request, pattern.file(index, request), Main.message(cause)));
  }

  private synchronized void tell(Throwable cause) {
    told = Optional.of(cause);
  }

  @Override
  public void onMemoryPlan(MemoryPlans plans) {
    bar.println(plans.toString());
  }

  @Override
  public void onWarning(String text) {
    bar.println("tandem: warning: " + text);
  }
}
