package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceSpec;

/** Devices as this package knows them. */
final class Opened {
  private Opened() {}

  static OpenClDevice device(String spec) {
    return device(DeviceSpec.parse(spec));
  }

  static OpenClDevice device(DeviceSpec spec) {
    return OpenClProvider.device(spec);
  }
}
