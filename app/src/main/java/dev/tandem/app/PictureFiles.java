package dev.tandem.app;

import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.picture.Picture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Writes pictures as they are finished and tells the user. */
final class PictureFiles implements GenerationListener {
  private final List<Request> requests;
  private final List<Path> files;
  private final ProgressBar bar;
  private final boolean silent;
  private final List<Result> results = new ArrayList<>();

  PictureFiles(List<Request> requests, List<Path> files, ProgressBar bar, boolean silent) {
    this.requests = requests;
    this.files = files;
    this.bar = bar;
    this.silent = silent;
  }

  /**
   * What became of a picture.
   *
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
  public void onPicture(Picture picture) throws IOException {
    Path file = files.get(picture.index());
    try {
      picture.writePng(file);
    } catch (IOException e) {
      throw new IOException(
          "cannot write '" + file + "': " + reason(e) + "; choose another place with --output", e);
    }
    add(new Result(picture.index(), picture.request(), file, ""));
    if (!silent) {
      bar.println(file.toString());
    }
  }

  @Override
  public void onFailure(int index, Request request, Throwable cause) {
    add(new Result(index, request, files.get(index), Main.message(cause)));
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

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case java.nio.file.FileAlreadyExistsException x -> x.getFile() + " is not a folder";
      case java.nio.file.FileSystemException x when x.getReason() != null -> x.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
