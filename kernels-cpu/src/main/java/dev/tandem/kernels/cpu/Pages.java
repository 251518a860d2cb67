package dev.tandem.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Pages of mapped files: told not to be needed for now, they leave the program's resident memory,
 * and come back from the operating system's cache or the file when they are read. Nothing happens
 * where the system has no {@code madvise}.
 */
@SuppressWarnings("restricted") // calling native functions is what this class is for
final class Pages {
  private static final int DONTNEED = 4;
  private static final long PAGE = 1 << 16; // the largest that is usual; smaller ones divide it

  private final Optional<MethodHandle> madvise;

  Pages() {
    Linker linker = Linker.nativeLinker();
    madvise =
        linker
            .defaultLookup()
            .find("madvise")
            .map(
                f ->
                    linker.downcallHandle(
                        f, FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT)));
  }

  /** Lets the whole pages of a mapped segment go; any other segment stays as it is. */
  void letGo(MemorySegment segment) {
    if (!segment.isMapped() || madvise.isEmpty()) {
      return;
    }
    long first = (segment.address() + PAGE - 1) & -PAGE;
    long end = (segment.address() + segment.byteSize()) & -PAGE;
    if (first < end) {
      try {
        int ignored = (int) madvise.get().invokeExact(first, end - first, DONTNEED);
      } catch (Throwable t) {
        throw OneDnn.unexpected(t);
      }
    }
  }
}
