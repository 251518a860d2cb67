package dev.tandem.kernels.opencl.plan;

/**
 * What tunables are looked up by.
 *
 * @param kernel the kernel file, for example {@code gemm_panel}
 * @param shape the operation's shape key, for example {@code 512x64x64,3x3}
 */
public record Lookup(String kernel, String shape) {
  @Override
  public String toString() {
    return kernel + " " + shape;
  }
}
