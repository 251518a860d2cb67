package dev.tandem.kernels.tornado;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Native code of TornadoVM writes to standard output what it thinks of drivers without devices.
 * What a program prints there may be read by another one, so it goes to standard error instead.
 */
final class StandardOutput {
  private static final int OUTPUT = 1;
  private static final int ERROR = 2;

  private StandardOutput() {}

  /** Makes a call during which the process's standard output is its standard error. */
  static <T> T spared(Supplier<T> call) {
    Optional<MethodHandle> dup = handle("dup", 1);
    Optional<MethodHandle> dup2 = handle("dup2", 2);
    if (dup.isEmpty() || dup2.isEmpty()) {
      return call.get(); // not a POSIX system
    }
    int kept = one(dup.get(), OUTPUT);
    if (kept < 0) {
      return call.get(); // it is closed
    }
    try {
      two(dup2.get(), ERROR, OUTPUT);
      return call.get();
    } finally {
      two(dup2.get(), kept, OUTPUT);
      handle("close", 1).ifPresent(close -> one(close, kept));
    }
  }

  @SuppressWarnings("restricted")
  private static Optional<MethodHandle> handle(String name, int arguments) {
    ValueLayout[] types = new ValueLayout[arguments];
    java.util.Arrays.fill(types, ValueLayout.JAVA_INT);
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find(name)
        .map(s -> linker.downcallHandle(s, FunctionDescriptor.of(ValueLayout.JAVA_INT, types)));
  }

  private static int one(MethodHandle call, int a) {
    try {
      return (int) call.invokeExact(a);
    } catch (Throwable e) {
      throw new IllegalStateException(e); // a call of the C library does not throw
    }
  }

  private static void two(MethodHandle call, int a, int b) {
    try {
      int _ = (int) call.invokeExact(a, b);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
