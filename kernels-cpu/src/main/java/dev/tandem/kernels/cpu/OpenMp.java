package dev.tandem.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tandem.devices.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The OpenMP runtime that oneDNN was linked with. It has a thread count for each calling thread;
 * oneDNN reads it when a primitive is made and when it runs.
 */
@SuppressWarnings("restricted") // calling native functions is what this class is for
final class OpenMp {
  private final MethodHandle setNumThreads;
  private final MethodHandle getMaxThreads;

  OpenMp(SymbolLookup library) {
    Linker linker = Linker.nativeLinker();
    setNumThreads =
        linker.downcallHandle(
            library.findOrThrow("omp_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT));
    getMaxThreads =
        linker.downcallHandle(
            library.findOrThrow("omp_get_max_threads"), FunctionDescriptor.of(JAVA_INT));
  }

  /**
   * How worker threads wait, set before the runtime is loaded and only where the user has not: they
   * look for work a tenth of a millisecond, because the next primitive comes within microseconds,
   * and then sleep, so that other devices get the cores. {@code OMP_WAIT_POLICY=active} does not
   * change that in libgomp where its {@code GOMP_SPINCOUNT} is given; it keeps 1000 rounds of
   * looking, instead of none, where several devices have more workers than there are cores.
   */
  static void configureWaiting() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
    if (setenv.isEmpty()) {
      return; // Windows: vcomp has no such settings
    }
    MethodHandle h =
        linker.downcallHandle(
            setenv.get(), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      String[][] settings = {
        {"OMP_WAIT_POLICY", "active"}, {"GOMP_SPINCOUNT", "10000"}, {"KMP_BLOCKTIME", "1"}
      };
      for (String[] s : settings) {
        int status = (int) h.invokeExact(arena.allocateFrom(s[0]), arena.allocateFrom(s[1]), 0);
        if (status != 0) {
          throw new DeviceException("cannot set " + s[0] + " for the OpenMP runtime");
        }
      }
    } catch (Throwable t) {
      throw OneDnn.unexpected(t);
    }
  }

  /** Sets how many threads parallel regions started by the calling thread have. */
  void setThreads(int n) {
    try {
      setNumThreads.invokeExact(n);
    } catch (Throwable t) {
      throw OneDnn.unexpected(t);
    }
  }

  /** How many threads the calling thread's next parallel region may have. */
  int threads() {
    try {
      return (int) getMaxThreads.invokeExact();
    } catch (Throwable t) {
      throw OneDnn.unexpected(t);
    }
  }
}
