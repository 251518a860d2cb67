package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;

/** oneDNN and its OpenMP runtime, loaded once for the whole program. */
@SuppressWarnings("restricted") // loading a native library is what this class is for
record OneDnnLibrary(OneDnn oneDnn, OpenMp openMp, Heap heap, Pages pages) {
  private static final class Loaded {
    static final OneDnnLibrary INSTANCE = load(NativeLibraries.Platform.current());
  }

  /**
   * The library, loaded at the first call.
   *
   * @throws DeviceException if it is not there or cannot be loaded
   */
  static OneDnnLibrary get() {
    try {
      return Loaded.INSTANCE;
    } catch (ExceptionInInitializerError e) {
      throw e.getCause() instanceof DeviceException d
          ? d
          : new DeviceException("cannot load oneDNN: " + e.getCause(), e);
    }
  }

  private static OneDnnLibrary load(NativeLibraries.Platform platform) {
    OpenMp.configureWaiting();
    SymbolLookup openMp =
        platform
            .openMp()
            .map(name -> lookup(platform, name))
            .orElseGet(() -> SymbolLookup.libraryLookup("vcomp140", Arena.global()));
    SymbolLookup oneDnn = lookup(platform, platform.oneDnn());
    return new OneDnnLibrary(new OneDnn(oneDnn), new OpenMp(openMp), new Heap(), new Pages());
  }

  private static SymbolLookup lookup(NativeLibraries.Platform platform, String name) {
    return SymbolLookup.libraryLookup(NativeLibraries.file(platform, name), Arena.global());
  }
}
