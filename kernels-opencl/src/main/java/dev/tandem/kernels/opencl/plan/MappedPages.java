package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.Tensor;

/** The part of a mapped file that a tensor lies in. */
public final class MappedPages {
  private MappedPages() {}

  /**
   * Lets the memory of what was read go; who reads it again finds it in the file. Does nothing with
   * a tensor that lies in no file.
   */
  public static void drop(Tensor t) {
    if (t.data().isMapped()) {
      t.data().unload();
    }
  }
}
