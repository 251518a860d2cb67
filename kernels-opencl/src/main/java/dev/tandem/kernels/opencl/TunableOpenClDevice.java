package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.ForwardingDevice;
import dev.tandem.devices.Probe;
import dev.tandem.devices.tuning.TunableDevice;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.devices.tuning.TuningRequest;
import dev.tandem.devices.tuning.TuningResult;
import dev.tandem.devices.tuning.Verification;
import java.util.function.BooleanSupplier;

/** An OpenCL device with the searches of its tunables; the device knows nothing of them. */
final class TunableOpenClDevice extends ForwardingDevice implements TunableDevice {
  private final OpenClDevice device;

  TunableOpenClDevice(OpenClDevice device) {
    super(device);
    this.device = device;
  }

  @Override
  public TuningResult tune(TuningRequest request, TuningListener listener) {
    if (device.halfArithmetic()) {
      throw new DeviceException(
          info().id() + ": tuning compares and times in F32: leave out arith=f16");
    }
    return new KernelTuner(device, request, listener).tune();
  }

  @Override
  public Verification verify(TuningListener listener, BooleanSupplier cancelled) {
    return new KernelVerifier(device, listener, cancelled).verify();
  }

  @Override
  public Probe probe() {
    return device.probe();
  }
}
