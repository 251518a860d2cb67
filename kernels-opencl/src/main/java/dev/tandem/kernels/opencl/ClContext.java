package dev.tandem.kernels.opencl;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.MemoryBudget;
import dev.tandem.devices.MemoryLimit;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_device_partition_property;
import org.jocl.cl_mem;

/**
 * An OpenCL context of one device or sub-device, its queues, and its memory with limits kept. A
 * processor that can be divided also has a queue for each half of its units: two parts of a batch
 * then meet once a run, and no unit is woken for each kernel.
 */
final class ClContext implements AutoCloseable {
  private final String id;
  private final ClDevice device;
  private final cl_device_id handle;
  private final cl_device_id[] parts;
  private final cl_device_id[] devices;
  private final cl_context context;
  private final cl_command_queue queue;
  private final cl_command_queue timedQueue;
  private final List<cl_command_queue> halves = new ArrayList<>();
  private final List<cl_command_queue> timedHalves = new ArrayList<>();
  private final MemoryBudget budget;
  private final int units;
  private final ClClock clock = new ClClock(() -> ClockTrial.fault(this));

  ClContext(Selector selected, MemoryLimit limit) {
    this.id = selected.id();
    this.budget = new MemoryBudget(id, limit);
    this.device = selected.device();
    try {
      boolean part = selected.part().isPresent();
      this.parts = part ? parts(device, 1) : halves(device);
      boolean halved = !part && parts.length == 2;
      this.handle = selected.part().map(p -> parts[p]).orElse(device.handle());
      cl_context_properties properties = new cl_context_properties();
      properties.addProperty(CL.CL_CONTEXT_PLATFORM, device.platform());
      this.devices =
          halved ? new cl_device_id[] {handle, parts[0], parts[1]} : new cl_device_id[] {handle};
      this.context = CL.clCreateContext(properties, devices.length, devices, null, null, null);
      this.queue = queue(handle, 0);
      this.timedQueue = timedQueue(handle, queue);
      this.units = part ? 1 : device.computeUnits();
      for (int i = 1; i < devices.length; i++) {
        halves.add(queue(devices[i], 0));
        timedHalves.add(timedQueue(devices[i], halves.getLast()));
      }
    } catch (CLException e) {
      throw new DeviceException(id + ": cannot be opened: " + e.getMessage(), e);
    }
  }

  private static cl_device_id[] parts(ClDevice device, int units) {
    cl_device_partition_property equally = new cl_device_partition_property();
    equally.addProperty(CL.CL_DEVICE_PARTITION_EQUALLY, units);
    cl_device_id[] parts = new cl_device_id[device.parts() / units];
    CL.clCreateSubDevices(device.handle(), equally, parts.length, parts, null);
    return parts;
  }

  /** None where the driver refuses what it said of itself: the whole device serves as well. */
  private static cl_device_id[] halves(ClDevice device) {
    if (!device.isCpu() || device.parts() < 2 || device.parts() % 2 != 0) {
      return new cl_device_id[0];
    }
    try {
      return parts(device, device.parts() / 2);
    } catch (CLException e) {
      return new cl_device_id[0];
    }
  }

  @SuppressWarnings("deprecation") // the newer way needs OpenCL 2; every driver has this one
  private cl_command_queue queue(cl_device_id of, long properties) {
    return CL.clCreateCommandQueue(context, of, properties, null);
  }

  /** A queue that records times; where the driver makes none, the other one. */
  private cl_command_queue timedQueue(cl_device_id of, cl_command_queue untimed) {
    try {
      return queue(of, CL.CL_QUEUE_PROFILING_ENABLE);
    } catch (CLException e) {
      return untimed; // asking for its times will fail, so the host's clock is used
    }
  }

  /** Whose clock times this device. */
  ClClock clock() {
    return clock;
  }

  String id() {
    return id;
  }

  ClDevice device() {
    return device;
  }

  cl_device_id handle() {
    return handle;
  }

  cl_context context() {
    return context;
  }

  /** Work-items that run at once, at most: 1 for a one-unit sub-device. */
  int computeUnits() {
    return units;
  }

  /** The devices that programs are built for: this one and its halves. */
  cl_device_id[] devices() {
    return devices.clone();
  }

  /** How many parts of a batch can be computed beside each other, each on its own units: 1 or 2. */
  int halves() {
    return Math.max(1, halves.size());
  }

  /** The queue of one half of the units. */
  cl_command_queue halfQueue(int half, boolean timed) {
    return (timed ? timedHalves : halves).get(half);
  }

  cl_command_queue queue(boolean timed) {
    return timed ? timedQueue : queue;
  }

  /** Device memory, uninitialised. */
  cl_mem allocate(String purpose, long bytes) {
    return create(purpose, bytes, CL.CL_MEM_READ_WRITE, Optional.empty());
  }

  /** Device memory with the contents of host memory, which is copied. */
  cl_mem copyOf(String purpose, MemorySegment host) {
    long flags = CL.CL_MEM_READ_ONLY | CL.CL_MEM_COPY_HOST_PTR;
    return create(purpose, host.byteSize(), flags, Optional.of(host));
  }

  /** Host memory that the device uses in place. */
  cl_mem around(String purpose, MemorySegment host) {
    long flags = CL.CL_MEM_READ_WRITE | CL.CL_MEM_USE_HOST_PTR;
    return create(purpose, host.byteSize(), flags, Optional.of(host));
  }

  /** Host memory that the device reads in place; it may be read-only. */
  cl_mem reading(String purpose, MemorySegment host) {
    long flags = CL.CL_MEM_READ_ONLY | CL.CL_MEM_USE_HOST_PTR;
    return create(purpose, host.byteSize(), flags, Optional.of(host));
  }

  /** The same, without its share of what the device may use. */
  cl_mem passing(String purpose, MemorySegment host) {
    cl_mem m = reading(purpose, host);
    budget.giveBack(host.byteSize());
    return m;
  }

  /** Host memory that the device reaches without a copy by the processor; to be mapped. */
  cl_mem pinned(String purpose, long bytes) {
    long flags = CL.CL_MEM_READ_WRITE | CL.CL_MEM_ALLOC_HOST_PTR;
    return create(purpose, bytes, flags, Optional.empty());
  }

  /** The host's view of pinned memory, zeroed, until {@link #unmap}. */
  MemorySegment map(cl_mem pinned, long bytes) {
    long how = CL.CL_MAP_READ | CL.CL_MAP_WRITE;
    ByteBuffer view =
        CL.clEnqueueMapBuffer(queue, pinned, true, how, 0, bytes, 0, null, null, null);
    return MemorySegment.ofBuffer(view).fill((byte) 0);
  }

  void unmap(cl_mem pinned, MemorySegment view) {
    JoclUnmap.enqueue(queue, pinned, view.asByteBuffer(), null);
    CL.clFinish(queue);
  }

  /** Refuses what cannot fit, before the host sets anything aside for it. */
  void require(String purpose, long bytes) {
    budget.take(purpose, bytes);
    budget.giveBack(bytes);
  }

  private cl_mem create(String purpose, long bytes, long flags, Optional<MemorySegment> host) {
    budget.take(purpose, bytes);
    try {
      Pointer p = host.map(ClContext::pointer).orElse(null);
      return CL.clCreateBuffer(context, flags, bytes, p, null);
    } catch (CLException e) {
      budget.giveBack(bytes);
      throw budget.refused(
          purpose, bytes, e.getMessage() + " with " + budget.used() + " bytes in use");
    }
  }

  void release(cl_mem memory, long bytes) {
    CL.clReleaseMemObject(memory);
    budget.giveBack(bytes);
  }

  MemoryBudget budget() {
    return budget;
  }

  /** A pointer to native host memory of any size. */
  static Pointer pointer(MemorySegment host) {
    return Pointer.to(host.asSlice(0, Math.min(host.byteSize(), 1L << 30)).asByteBuffer());
  }

  @Override
  public void close() {
    Set<cl_command_queue> queues = new HashSet<>(Arrays.asList(queue, timedQueue));
    queues.addAll(halves);
    queues.addAll(timedHalves);
    queues.forEach(CL::clReleaseCommandQueue);
    CL.clReleaseContext(context);
    for (cl_device_id p : parts) {
      CL.clReleaseDevice(p);
    }
  }
}
