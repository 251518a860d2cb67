package dev.tandem.devices.files;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What is written as it is: bytes that went out cannot be taken back.
 *
 * @param closes whether the stream is this sink's own
 */
record InPlace(OutputStream stream, boolean closes) implements WholeFile.Sink {
  /** Opening a pipe waits for its reader; a user may have to go to another window to start it. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

  /** A device, a pipe, or a file that is open already, which is continued. */
  static InPlace of(Path file) throws IOException {
    return of(file, LONGEST_WAIT);
  }

  static InPlace of(Path file, Duration longestWait) throws IOException {
    CompletableFuture<OutputStream> opening = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("open-" + file.getFileName())
        .start(
            () -> {
              try {
                OutputStream out = open(file);
                if (!opening.complete(out)) {
                  out.close();
                }
              } catch (IOException e) {
                opening.completeExceptionally(e);
              }
            });
    try {
      return new InPlace(
          opening.orTimeout(longestWait.toMillis(), TimeUnit.MILLISECONDS).join(), true);
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case TimeoutException _ -> {
          letGo(file);
          throw new IOException("no program reads from this pipe");
        }
        default -> throw e;
      }
    }
  }

  private static OutputStream open(Path file) throws IOException {
    return Files.isRegularFile(file)
        ? Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)
        : Files.newOutputStream(file, StandardOpenOption.WRITE);
  }

  /** A pipe that is opened for both never waits, and whoever waits for its reader has one. */
  private static void letGo(Path pipe) throws IOException {
    FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE).close();
  }

  /** Standard output or standard error, after what was written there before. */
  @SuppressWarnings("resource") // descriptors of the process are never closed
  static InPlace standard(int descriptor) {
    return new InPlace(
        new FileOutputStream(descriptor == 1 ? FileDescriptor.out : FileDescriptor.err), false);
  }

  /** A regular file whose folder takes no temporary file. */
  static InPlace over(Path file) throws IOException {
    return new InPlace(
        Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING),
        true);
  }

  @Override
  public void commit() throws IOException {
    stream.flush();
    if (closes) {
      stream.close();
    }
  }

  @Override
  public void abandon() throws IOException {
    commit();
  }
}
