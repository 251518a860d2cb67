package dev.tandem.devices.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Says in every error which file it is. */
final class NamingStream extends OutputStream {
  private final Path path;
  private final OutputStream out;

  NamingStream(Path path, OutputStream out) {
    this.path = path;
    this.out = out;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    try {
      out.write(bytes, from, length);
    } catch (IOException e) {
      throw new FileWriteException(path, e);
    }
  }

  @Override
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new FileWriteException(path, e);
    }
  }
}
