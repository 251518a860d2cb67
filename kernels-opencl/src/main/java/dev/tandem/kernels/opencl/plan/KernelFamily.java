package dev.tandem.kernels.opencl.plan;

import dev.tandem.devices.DeviceInfo;

/** The two families of kernels. */
public enum KernelFamily {
  /** Register blocks, one work-item a work-group. */
  CPU,
  /** Tiles in local memory. */
  GPU;

  /** Those for a type of hardware. */
  public static KernelFamily of(DeviceInfo.Type type) {
    return type == DeviceInfo.Type.CPU ? CPU : GPU;
  }
}
