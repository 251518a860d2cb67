package dev.tandem.app;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** The terminal that standard error is, if it is one: there the progress bar is drawn. */
final class Terminal implements Supplier<OptionalInt> {
  private static final int STANDARD_ERROR = 2;
  private static final int USUAL_COLUMNS = 80;
  private static final int WINDOW_BYTES = 8; // struct winsize: rows, columns, pixels of both
  private static final String OS = System.getProperty("os.name").toLowerCase(Locale.ROOT);
  private static final long GET_WINDOW_SIZE = OS.startsWith("mac") ? 0x40087468L : 0x5413L;

  private final MethodHandle ioctl;

  private Terminal(MethodHandle ioctl) {
    this.ioctl = ioctl;
  }

  /** Asks for the number of columns, which changes with the window; nothing: no terminal. */
  static Supplier<OptionalInt> onStandardError() {
    if (System.getenv().getOrDefault("TERM", "").equals("dumb")) {
      return OptionalInt::empty;
    }
    if (OS.startsWith("windows")) {
      return () -> onConsole() ? OptionalInt.of(USUAL_COLUMNS) : OptionalInt.empty();
    }
    return surelyNone() ? OptionalInt::empty : bind();
  }

  /** Without the cost of a native call, which logs and tests need not pay. */
  private static boolean surelyNone() {
    try {
      Path open = Files.readSymbolicLink(Path.of("/proc/self/fd/" + STANDARD_ERROR));
      return !open.startsWith("/dev") || open.endsWith("null");
    } catch (IOException e) {
      return false; // not Linux
    }
  }

  @SuppressWarnings("restricted") // a native call
  private static Supplier<OptionalInt> bind() {
    Linker linker = Linker.nativeLinker();
    return new Terminal(
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS),
            Linker.Option.firstVariadicArg(2)));
  }

  @Override
  public OptionalInt get() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment window = arena.allocate(WINDOW_BYTES);
      if ((int) ioctl.invokeExact(STANDARD_ERROR, GET_WINDOW_SIZE, window) != 0) {
        return OptionalInt.empty();
      }
      int columns = window.get(ValueLayout.JAVA_SHORT, 2) & 0xFFFF;
      return OptionalInt.of(columns == 0 ? USUAL_COLUMNS : columns);
    } catch (Throwable e) {
      throw new IllegalStateException("the terminal's width cannot be asked for", e);
    }
  }

  @SuppressWarnings("SystemConsoleNull") // since JDK 25 it is null again where there is no terminal
  private static boolean onConsole() {
    return System.console() != null && System.console().isTerminal();
  }
}
