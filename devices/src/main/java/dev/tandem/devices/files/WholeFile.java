package dev.tandem.devices.files;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file being written that appears whole or not at all: until {@link #commit} what was there
 * before stays, and without it nothing changes. Links are followed. What exists and is no regular
 * file (a device, a pipe, a terminal, {@code /dev/stdout}) is written in place, as it is.
 *
 * <p>For one thread. All methods and the stream throw {@link FileWriteException}.
 */
public final class WholeFile implements AutoCloseable {
  private final Path path;
  private final Sink sink;
  private final OutputStream stream;
  private boolean ended;

  private WholeFile(Path path, Sink sink) {
    this.path = path;
    this.sink = sink;
    this.stream = new NamingStream(path, sink.stream());
  }

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Contents {
    void writeTo(Writer out) throws IOException;
  }

  /** Where the bytes go until the end. */
  interface Sink {
    OutputStream stream();

    /** All bytes are there: they become the file. */
    void commit() throws IOException;

    /** Leaves nothing behind; does nothing after {@link #commit}. */
    void abandon() throws IOException;
  }

  /** Begins a file; its folder is made if there is none. */
  public static WholeFile open(Path file) {
    try {
      return new WholeFile(
          file,
          switch (Target.of(file)) {
            case Target.Regular r -> Replacement.of(r.file());
            case Target.InPlace p -> InPlace.of(p.file());
            case Target.Standard s -> InPlace.standard(s.descriptor());
          });
    } catch (IOException e) {
      throw new FileWriteException(file, e);
    }
  }

  /** Writes a file. */
  public static void write(Path file, byte[] bytes) {
    try (WholeFile whole = open(file)) {
      whole.stream().write(bytes);
      whole.commit();
    } catch (IOException e) {
      throw new FileWriteException(file, e);
    }
  }

  /** Writes a text in UTF-8. */
  public static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a text in UTF-8 that is too long to be kept. */
  public static void write(Path file, Contents contents) {
    try (WholeFile whole = open(file)) {
      Writer out = whole.writer();
      contents.writeTo(out);
      out.flush();
      whole.commit();
    } catch (IOException e) {
      throw new FileWriteException(file, e);
    }
  }

  /**
   * Writes a file if there is none of its name, whoever else may be about to make one.
   *
   * @return whether it was written
   */
  public static boolean writeNew(Path file, byte[] bytes) {
    try {
      return Replacement.writeNew(file, bytes);
    } catch (IOException e) {
      throw new FileWriteException(file, e);
    }
  }

  /**
   * Whether a file could be written now. Nothing is left behind; it can still fail later.
   *
   * @throws FileWriteException if not
   */
  public static void check(Path file) {
    try {
      Replacement.check(file);
    } catch (IOException e) {
      throw new FileWriteException(file, e);
    }
  }

  /** Takes the bytes; closing it does nothing. */
  public OutputStream stream() {
    return stream;
  }

  /** A buffered writer in UTF-8 over {@link #stream}; flush it before {@link #commit}. */
  public Writer writer() {
    return new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
  }

  /** All is written: from now on it is the file. Another call does nothing. */
  public void commit() {
    if (ended) {
      return;
    }
    try {
      sink.commit();
      ended = true;
    } catch (IOException e) {
      throw new FileWriteException(path, e);
    }
  }

  /** Abandons what was not committed. */
  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      sink.abandon();
    } catch (IOException e) {
      throw new FileWriteException(path, e);
    }
  }
}
