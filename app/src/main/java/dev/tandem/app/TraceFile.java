package dev.tandem.app;

import dev.tandem.devices.files.FileWriteException;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.orchestrator.timeline.Span;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The trace of a run, written to a temporary file while it goes on and renamed at its end. A trace
 * that cannot be written any more is given up with one message: the pictures are made without it.
 * Any thread.
 */
final class TraceFile implements AutoCloseable {
  private final WholeFile file;
  private final Writer out;
  private final Consumer<String> warning;
  private final ChromeTrace trace;
  private final ChromeTrace.Tracks tracks;
  private Optional<FileWriteException> failure = Optional.empty();

  /**
   * Begins the file; the times in it count from now.
   *
   * @param warning hears why the trace is given up, if it is
   * @throws FileWriteException if the file cannot be written
   */
  TraceFile(Path path, Consumer<String> warning) {
    this.warning = warning;
    file = WholeFile.open(path);
    out = file.writer();
    try {
      trace = ChromeTrace.begin(out, System.nanoTime());
      tracks = trace.tracks("");
    } catch (IOException e) {
      throw new IllegalStateException("a file's writer must throw FileWriteException", e);
    }
  }

  /** A step of writing the trace. */
  private interface Step {
    void run() throws IOException;
  }

  /** A span is over. */
  synchronized void add(Span span) {
    attempt(() -> tracks.add(span));
  }

  /** The run is over: the trace becomes the file, if it could be written. */
  synchronized void finish() {
    attempt(
        () -> {
          trace.end();
          out.flush();
          file.commit();
        });
  }

  private void attempt(Step step) {
    if (failure.isPresent()) {
      return;
    }
    try {
      step.run();
    } catch (FileWriteException e) {
      failure = Optional.of(e);
      file.close(); // makes room for the pictures
      warning.accept("--trace: " + e.getMessage() + "; pictures are made without a trace");
    } catch (IOException e) {
      throw new IllegalStateException("a file's writer must throw FileWriteException", e);
    }
  }

  /** Whether it was given up. */
  synchronized boolean failed() {
    return failure.isPresent();
  }

  /** Leaves nothing behind of a trace that was not finished. */
  @Override
  public synchronized void close() {
    if (failure.isEmpty()) {
      file.close();
    }
  }
}
