package dev.tandem.app;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.util.Optional;

/** Standard output that remembers why it failed, which a {@link PrintWriter} does not. */
final class StandardOutput {
  private static final String READER_HAS_GONE = "Broken pipe";

  private final Remembering bytes = new Remembering(new FileOutputStream(FileDescriptor.out));
  private final PrintWriter writer =
      new PrintWriter(
          new EscapingWriter(
              new OutputStreamWriter(new BufferedOutputStream(bytes), System.out.charset())),
          true);

  PrintWriter writer() {
    return writer;
  }

  /**
   * The system's reason if something could not be written. A reader that had enough, as {@code
   * head} has, is none.
   */
  Optional<String> problem() {
    writer.flush();
    return Optional.ofNullable(bytes.failure)
        .map(IOException::getMessage)
        .filter(reason -> !reason.equals(READER_HAS_GONE));
  }

  private static final class Remembering extends OutputStream {
    private final OutputStream out;
    private IOException failure;

    Remembering(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
        throw e;
      }
    }
  }
}
