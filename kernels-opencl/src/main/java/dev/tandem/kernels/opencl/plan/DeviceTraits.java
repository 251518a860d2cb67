package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.DeviceInfo;

/**
 * What the choice of kernels depends on.
 *
 * @param name the hardware's own name, as OpenCL tells it: tuned values are stored under it
 * @param computeUnits that run at once, at least 1
 * @param vectorWidth floats in a vector register, at least 1
 * @param localMemory of a work-group, bytes
 * @param addressAlign of tensors within a buffer, bytes: a power of two
 * @param fma true if the fused multiply-add is fast
 * @param dot true if there are products of four whole numbers at once
 */
public record DeviceTraits(
    String name,
    String vendor,
    DeviceInfo.Type type,
    int computeUnits,
    int vectorWidth,
    long localMemory,
    int addressAlign,
    boolean fma,
    boolean dot) {
  public DeviceTraits {
    if (computeUnits < 1 || vectorWidth < 1) {
      throw new IllegalArgumentException(
          name + ": " + computeUnits + " compute units, vectors of " + vectorWidth);
    }
    if (Integer.bitCount(addressAlign) != 1) {
      throw new IllegalArgumentException(name + ": alignment " + addressAlign);
    }
  }

  /** The same device with so many of its compute units. */
  public DeviceTraits withComputeUnits(int units) {
    return new DeviceTraits(
        name, vendor, type, units, vectorWidth, localMemory, addressAlign, fma, dot);
  }
}
