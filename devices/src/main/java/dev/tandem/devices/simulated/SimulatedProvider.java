package dev.tandem.devices.simulated;

import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.DeviceProvider;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.simulated.Faults.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Offers {@link SimulatedDevice}s as {@code sim:LABEL}. They are never listed, because what they
 * make are no pictures. Options, numbers from a millionth to a billion:
 *
 * <pre>
 *   gflops=500 gbps=20 launch=5   GFLOP/s, GB/s, microseconds to start an operation
 *   text=5 unet=40 vae=60         stated times, ms, for each picture of a batch
 *   memory=4G                     what it has, 16G if not given
 *   speed=10                      how many times faster than real time
 *   fail=7 hang=7 nomemory=7      from that run on, every run fails, hangs or has no memory
 * </pre>
 */
public final class SimulatedProvider implements DeviceProvider {
  private static final Set<String> STAGES = Set.of("text", "unet", "vae");
  private static final Map<String, Kind> FAULTS =
      Map.of("fail", Kind.FAIL, "hang", Kind.HANG, "nomemory", Kind.OUT_OF_MEMORY);
  private static final double MS = 1e6;
  private static final long MEMORY = 16L << 30;
  private static final double LEAST = 1e-6;
  private static final double MOST = 1e9;

  @Override
  public String scheme() {
    return "sim";
  }

  @Override
  public List<DeviceInfo> list() {
    return List.of();
  }

  @Override
  public Device open(DeviceSpec spec) {
    Set<String> known = new TreeSet<>(STAGES);
    known.addAll(FAULTS.keySet());
    known.addAll(Set.of("gflops", "gbps", "launch", "speed"));
    spec.allowOptions(known);
    SimulatedCosts rates =
        new SimulatedCosts.Rates(
            number(spec, "gflops").orElse(1000.0) * 1e9,
            number(spec, "gbps").orElse(50.0) * 1e9,
            Math.round(number(spec, "launch").orElse(0.0) * 1e3));
    Map<String, Long> times = new LinkedHashMap<>();
    for (String stage : STAGES) {
      number(spec, stage).ifPresent(ms -> times.put(stage, Math.round(ms * MS)));
    }
    SimulatedTime time = new ScaledTime(number(spec, "speed").orElse(1.0));
    long memory = spec.statedMemory().orElse(MEMORY);
    DeviceInfo info =
        new DeviceInfo(
            spec.text(), "simulated", DeviceInfo.Type.ACCELERATOR, 1, memory, "simulator");
    Device device = new SimulatedDevice(info, new SimulatedCosts.StageTimes(times, rates), time);
    for (Map.Entry<String, Kind> fault : FAULTS.entrySet()) {
      if (spec.options().containsKey(fault.getKey())) {
        int from = spec.intOption(fault.getKey(), 0, 0, (int) MOST);
        Faults faults = Faults.from(from, fault.getValue());
        device = new FaultyDevice(device, faults, time);
      }
    }
    return device;
  }

  private static Optional<Double> number(DeviceSpec spec, String key) {
    String text = spec.options().get(key);
    if (text == null) {
      return Optional.empty();
    }
    try {
      double value = Double.parseDouble(text);
      if (value >= LEAST && value <= MOST) {
        return Optional.of(value);
      }
    } catch (NumberFormatException e) {
      // reported below, with what is allowed
    }
    throw new DeviceException(
        "device '"
            + spec.text()
            + "': "
            + key
            + "="
            + text
            + " is not a number from 0.000001 to 1000000000");
  }
}
