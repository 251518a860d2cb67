package dev.tandem.kernels.opencl;

import dev.tandem.devices.CompileThreads;
import dev.tandem.devices.DeviceException;
import dev.tandem.kernels.opencl.plan.KernelProgram;
import dev.tandem.kernels.opencl.plan.KernelSource;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.NativePointerObject;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/** The programs of one context, each built once for a file and its defines. Thread-safe. */
final class Programs implements AutoCloseable {
  private final ClContext cl;
  private final Optional<ProgramCache> cache;
  private final Map<KernelProgram, FutureTask<cl_program>> built = new ConcurrentHashMap<>();

  Programs(ClContext cl, Optional<ProgramCache> cache) {
    this.cl = cl;
    this.cache = cache;
  }

  /** Has a program built, where it is not yet, so that {@link #kernel} finds it there. */
  void begin(KernelProgram program, CompileThreads threads) {
    FutureTask<cl_program> task = new FutureTask<>(() -> build(program));
    if (built.putIfAbsent(program, task) == null) {
      var _ =
          threads.begin(
              () -> {
                task.run();
                return true;
              });
    }
  }

  /** The program; one that could not be built is forgotten, and tried again when asked for. */
  private cl_program await(KernelProgram program, FutureTask<cl_program> task) {
    try {
      return CompileThreads.await(task);
    } catch (RuntimeException | Error e) {
      built.remove(program, task);
      throw e;
    }
  }

  /**
   * A kernel of its own arguments.
   *
   * @throws DeviceException if the program cannot be built, with the compiler's words
   */
  cl_kernel kernel(KernelProgram program, String entry) {
    FutureTask<cl_program> task =
        built.computeIfAbsent(program, p -> new FutureTask<>(() -> build(p)));
    task.run(); // does nothing where another thread has begun
    cl_program p = await(program, task);
    try {
      return CL.clCreateKernel(p, entry, null);
    } catch (CLException e) {
      throw new DeviceException(
          cl.id() + ": " + program.file() + ".cl has no kernel '" + entry + "': " + e.getMessage(),
          e);
    }
  }

  private static String options(KernelProgram program) {
    StringBuilder s = new StringBuilder("-w -cl-std=" + program.language());
    program.defines().forEach((k, v) -> s.append(" -D").append(k).append('=').append(v));
    return s.toString();
  }

  private cl_program build(KernelProgram program) {
    String options = options(program);
    String source = KernelSource.load(program.file());
    Optional<String> key = cache.map(c -> c.key(cl.device(), source, options));
    Optional<byte[]> stored = key.flatMap(k -> cache.orElseThrow().read(k));
    if (stored.isPresent()) {
      Optional<cl_program> p = fromBinary(stored.get(), options);
      if (p.isPresent()) {
        return p.get();
      }
    }
    cl_program p = CL.clCreateProgramWithSource(cl.context(), 1, new String[] {source}, null, null);
    try {
      CL.clBuildProgram(p, 0, null, options, null, null);
    } catch (CLException e) {
      String log = log(p);
      CL.clReleaseProgram(p);
      throw new DeviceException(
          cl.id() + ": " + program.file() + ".cl does not build with " + options + ": " + log, e);
    }
    key.ifPresent(k -> cache.orElseThrow().write(k, binary(p)));
    return p;
  }

  /** A program that the driver made earlier, or nothing where it no longer takes it. */
  private Optional<cl_program> fromBinary(byte[] binary, String options) {
    cl_program p = null;
    try {
      cl_device_id[] devices = cl.devices();
      long[] lengths = new long[devices.length];
      byte[][] binaries = new byte[devices.length][];
      Arrays.fill(lengths, binary.length);
      Arrays.fill(binaries, binary);
      p =
          CL.clCreateProgramWithBinary(
              cl.context(), devices.length, devices, lengths, binaries, null, null);
      CL.clBuildProgram(p, 0, null, options, null, null);
      return Optional.of(p);
    } catch (CLException e) {
      if (p != null) {
        CL.clReleaseProgram(p);
      }
      return Optional.empty(); // built from source instead, and stored anew
    }
  }

  /** The program for the whole device, which its halves take as well. */
  private byte[] binary(cl_program p) {
    int count = cl.devices().length;
    long[] sizes = new long[count];
    CL.clGetProgramInfo(p, CL.CL_PROGRAM_BINARY_SIZES, 8L * count, Pointer.to(sizes), null);
    byte[][] bytes = new byte[count][];
    NativePointerObject[] pointers = new NativePointerObject[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = new byte[Math.toIntExact(sizes[i])];
      pointers[i] = Pointer.to(bytes[i]);
    }
    CL.clGetProgramInfo(p, CL.CL_PROGRAM_BINARIES, 8L * count, Pointer.to(pointers), null);
    return bytes[0];
  }

  private String log(cl_program p) {
    long[] size = new long[1];
    CL.clGetProgramBuildInfo(p, cl.handle(), CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
    byte[] text = new byte[Math.toIntExact(size[0])];
    CL.clGetProgramBuildInfo(
        p, cl.handle(), CL.CL_PROGRAM_BUILD_LOG, text.length, Pointer.to(text), null);
    return new String(text, StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() {
    built.values().stream()
        .filter(task -> task.state() == Future.State.SUCCESS)
        .forEach(task -> CL.clReleaseProgram(task.resultNow()));
    built.clear();
  }
}
