package dev.tandem.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C library's heap: unlike an {@link Arena} it does not write zeros first, which for gigabytes
 * of weights takes as long as reading them.
 */
@SuppressWarnings("restricted") // calling native functions is what this class is for
final class Heap {
  private final MethodHandle malloc;
  private final MethodHandle free;

  Heap() {
    Linker linker = Linker.nativeLinker();
    malloc =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("malloc"),
            FunctionDescriptor.of(ADDRESS, JAVA_LONG));
    free =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(ADDRESS));
  }

  /**
   * Memory with any contents, freed when the arena closes.
   *
   * @param alignment bytes, a power of two
   * @throws OutOfMemoryError if there is none
   */
  MemorySegment allocate(Arena arena, long size, long alignment) {
    MemorySegment block;
    try {
      block = (MemorySegment) malloc.invokeExact(size + alignment);
    } catch (Throwable t) {
      throw OneDnn.unexpected(t);
    }
    if (block.equals(MemorySegment.NULL)) {
      throw new OutOfMemoryError("no " + size + " bytes for weights");
    }
    MemorySegment owned = block.reinterpret(size + alignment, arena, this::free);
    long start = -block.address() & (alignment - 1);
    return owned.asSlice(start, size);
  }

  private void free(MemorySegment block) {
    try {
      free.invokeExact(block);
    } catch (Throwable t) {
      throw OneDnn.unexpected(t);
    }
  }
}
