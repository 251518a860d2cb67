package dev.tandem.app;

import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.picture.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Writes pictures as they are finished and tells the user. */
final class PictureFiles implements GenerationListener {
  private final List<Request> requests;
  private final OutputPattern pattern;
  private final ProgressBar bar;
  private final boolean silent;
  private final FreeNames names = new FreeNames();
  private final List<Result> results = new ArrayList<>();

  PictureFiles(List<Request> requests, OutputPattern pattern, ProgressBar bar, boolean silent) {
    this.requests = requests;
    this.pattern = pattern;
    this.bar = bar;
    this.silent = silent;
  }

  /**
   * What became of a picture.
   *
   * @param file where it is or would have been
   * @param error empty if it was written
   */
  record Result(int index, Request request, Path file, String error) {}

  synchronized List<Result> results() {
    return List.copyOf(results);
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
    add(new Result(picture.index(), picture.request(), file, ""));
    if (!silent) {
      bar.println(file.toString());
    }
  }

  @Override
  public void onFailure(int index, Request request, Throwable cause) {
    add(new Result(index, request, pattern.file(index, request), Main.message(cause)));
    if (!(cause instanceof CancellationException)) {
      bar.println("tandem: picture " + index + " failed: " + Main.message(cause));
    }
  }

  @Override
  public void onWarning(String text) {
    bar.println("tandem: warning: " + text);
  }

  private synchronized void add(Result r) {
    results.add(r);
  }
}
