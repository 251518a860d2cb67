package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Zeroed host memory of which the system gives only the pages that are used. TornadoVM wants an
 * array on the host for each buffer on the device, also where nobody ever reads it: for activations
 * such an array costs nothing, and that of weights gives its pages back once they are on the
 * device.
 */
final class UntouchedMemory {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBRARY = LINKER.defaultLookup();
  private static final MethodHandle CALLOC =
      handle(
              "calloc",
              FunctionDescriptor.of(
                  ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG))
          .orElseThrow();
  private static final MethodHandle FREE =
      handle("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS)).orElseThrow();

  /** Of Linux only, where the pages read as zeros afterwards. */
  private static final Optional<MethodHandle> ADVISE =
      System.getProperty("os.name").equals("Linux")
          ? handle(
              "madvise",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT))
          : Optional.empty();

  private static final int DONT_NEED = 4;
  private static final long PAGE = 1 << 16; // a multiple of every page size of Linux

  private UntouchedMemory() {}

  @SuppressWarnings("restricted")
  private static Optional<MethodHandle> handle(String name, FunctionDescriptor type) {
    return LIBRARY.find(name).map(symbol -> LINKER.downcallHandle(symbol, type));
  }

  /**
   * Zeros that live as long as the arena.
   *
   * @throws DeviceMemoryException if the system has no more
   */
  @SuppressWarnings("restricted")
  static MemorySegment allocate(Arena arena, String purpose, long bytes) {
    try {
      MemorySegment at = (MemorySegment) CALLOC.invokeExact(1L, bytes);
      if (at.address() == 0) {
        throw new DeviceMemoryException("no memory for " + purpose + ": " + bytes + " bytes");
      }
      return at.reinterpret(bytes, arena, UntouchedMemory::free);
    } catch (DeviceMemoryException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // a call of the C library does not throw
    }
  }

  private static void free(MemorySegment at) {
    try {
      FREE.invokeExact(at);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives back what lies in whole pages; it reads as zeros, or as it was. */
  static void giveBack(MemorySegment memory) {
    long from = (memory.address() + PAGE - 1) / PAGE * PAGE;
    long bytes = (memory.address() + memory.byteSize()) / PAGE * PAGE - from;
    if (bytes <= 0 || ADVISE.isEmpty()) {
      return;
    }
    try {
      int _ = (int) ADVISE.get().invokeExact(MemorySegment.ofAddress(from), bytes, DONT_NEED);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
