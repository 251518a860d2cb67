package dev.tandem.kernels.opencl;

import dev.tandem.devices.Clock;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Executable;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.devices.Probe;
import dev.tandem.devices.Weights;
import dev.tandem.devices.tuning.TunableDevice;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.devices.tuning.TuningRequest;
import dev.tandem.devices.tuning.TuningResult;
import dev.tandem.devices.tuning.Verification;
import dev.tandem.graph.Graph;
import java.util.function.BooleanSupplier;

/** An OpenCL device with the searches of its tunables; the device knows nothing of them. */
record TunableOpenClDevice(OpenClDevice device) implements TunableDevice {
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
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public Executable compile(Graph graph, Weights weights, CompileOptions options) {
    return device.compile(graph, weights, options);
  }

  @Override
  public Executable.MemoryUse estimate(Graph graph, CompileOptions options) {
    return device.estimate(graph, options);
  }

  @Override
  public MemoryLimit memoryLimit() {
    return device.memoryLimit();
  }

  @Override
  public Probe probe() {
    return device.probe();
  }

  @Override
  public boolean halfArithmetic() {
    return device.halfArithmetic();
  }

  @Override
  public Clock clock() {
    return device.clock();
  }

  @Override
  public void close() {
    device.close();
  }
}
