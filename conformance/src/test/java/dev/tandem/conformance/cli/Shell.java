package dev.tandem.conformance.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands of this repository as a user would, through a shell. */
public final class Shell {
  public static final Path ROOT = Path.of(System.getProperty("tandem.root"));
  private static final int LIMIT_SECONDS = 240;

  private Shell() {}

  /** What a command printed and how it ended. */
  public record Result(int exitCode, String out, String err) {}

  /** Runs a command line with the repository's root as current folder. */
  public static Result run(String commandLine) {
    return run(commandLine, "");
  }

  public static Result run(String commandLine, String standardInput) {
    Path out = file(".out");
    Path err = file(".err");
    try {
      Process process = start(commandLine, out, err);
      try (var in = process.getOutputStream()) {
        in.write(standardInput.getBytes(StandardCharsets.UTF_8));
      }
      return end(process, commandLine, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a command that a test wants to interrupt. */
  public static Process start(String commandLine, Path out, Path err) throws IOException {
    return new ProcessBuilder(List.of("bash", "-c", "exec " + commandLine))
        .directory(ROOT.toFile())
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start();
  }

  /** Waits for a command that {@link #start} started. */
  public static Result end(Process process, String commandLine, Path out, Path err)
      throws IOException {
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("'" + commandLine + "' did not end: " + Files.readString(err));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running '" + commandLine + "'", e);
    }
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** A temporary file for what a command prints. */
  public static Path file(String suffix) {
    try {
      Path file = Files.createTempFile("tandem", suffix);
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
