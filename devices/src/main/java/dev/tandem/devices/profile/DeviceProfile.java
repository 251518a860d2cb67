package dev.tandem.devices.profile;

import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.json.FieldException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of one device.
 *
 * @param id what {@code Devices.open} takes, for example {@code opencl:0.0}
 * @param name the hardware's own name
 * @param vendor of the hardware
 * @param platform what drives it, for example {@code Portable Computing Language}
 * @param driver its version
 * @param hardware that shares its memory with every device of an equal text, where known
 * @param computeUnits cores of a CPU, compute units of a GPU
 * @param f16 whether it computes in half precision
 * @param unifiedMemory whether it shares main memory, so that nothing is copied
 * @param power drawn, where known
 * @param operations what classes of operations cost: how stages without a measurement are estimated
 * @param stages what whole stages cost: measured
 */
public record DeviceProfile(
    String id,
    String name,
    Optional<String> vendor,
    Optional<String> platform,
    Optional<String> driver,
    Optional<String> hardware,
    DeviceInfo.Type type,
    int computeUnits,
    boolean f16,
    boolean unifiedMemory,
    Limits limits,
    Peak peak,
    Optional<PowerDraw> power,
    List<OperationCost> operations,
    List<StageCost> stages) {

  /**
   * Memory.
   *
   * @param memoryBytes in all
   * @param allocationBytes the largest single buffer
   */
  public record Limits(long memoryBytes, long allocationBytes) {
    public Limits {
      Range.BYTES.require("memoryBytes", memoryBytes);
      Range.BYTES.require("allocationBytes", allocationBytes);
    }
  }

  /**
   * The hardware's ceiling.
   *
   * @param gflops single precision, a multiply-add counted as two
   * @param gigabytesPerSecond memory bandwidth, 1e9 bytes
   */
  public record Peak(double gflops, double gigabytesPerSecond) {
    public Peak {
      Range.RATE.require("gflops", gflops);
      Range.RATE.require("gigabytesPerSecond", gigabytesPerSecond);
    }
  }

  /** Electrical power, watts: at work and when it has nothing to do. */
  public record PowerDraw(double busyWatts, double idleWatts) {
    public PowerDraw {
      Range.AMOUNT.require("idleWatts", idleWatts);
      Range.AMOUNT.require("busyWatts", busyWatts);
      if (busyWatts < idleWatts) {
        throw new FieldException(
            "busyWatts", "must be at least idleWatts, " + idleWatts + ", got " + busyWatts);
      }
    }
  }

  public DeviceProfile {
    FieldException.notBlank("id", id);
    FieldException.notBlank("name", name);
    vendor.ifPresent(v -> FieldException.notBlank("vendor", v));
    platform.ifPresent(p -> FieldException.notBlank("platform", p));
    driver.ifPresent(d -> FieldException.notBlank("driver", d));
    hardware.ifPresent(h -> FieldException.notBlank("hardware", h));
    Range.COUNT.require("computeUnits", computeUnits);
    operations = List.copyOf(operations);
    stages = List.copyOf(stages);
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < operations.size(); i++) {
      if (!seen.add(operations.get(i).operation())) {
        throw new FieldException("operations[" + i + "].operation", "stands there twice");
      }
    }
    for (int i = 0; i < stages.size(); i++) {
      if (!seen.add(stages.get(i).key())) {
        throw new FieldException("stages[" + i + "]", "stands there twice: " + stages.get(i).key());
      }
    }
  }

  /** The cost of a class of operations, if known. */
  public Optional<OperationCost> operation(OperationClass operation) {
    return operations.stream().filter(o -> o.operation() == operation).findFirst();
  }
}
