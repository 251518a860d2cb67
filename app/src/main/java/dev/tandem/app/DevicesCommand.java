package dev.tandem.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.Clock;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceDetails;
import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Devices;
import dev.tandem.devices.LeftOut;
import dev.tandem.devices.Probe;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tandem devices}: what this machine can compute on. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Lists the devices of this machine, with GFLOP/s (multiply-adds in single precision) and GB/s"
          + " (a copy in its memory) that each reached just now.",
      "Any id, name, platform or type can be given to --device, for example opencl:0, opencl:0.1,"
          + " opencl:gpu, opencl:igpu.",
      "OpenCL devices are numbered from the best on: discrete GPUs, integrated GPUs, accelerators,"
          + " processors; alike ones by their platform's name, then as the driver lists them. Only"
          + " those that can be used have a number: a name or a platform stays when others come."
    })
final class DevicesCommand implements Callable<Integer> {
  private static final List<String> HEADER =
      List.of("id", "type", "memory", "units", "F16", "GFLOP/s", "GB/s", "name", "driver");
  private static final int PARTS_SHOWN = 4;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(names = "--no-probe", description = "Measure nothing.")
  private boolean noProbe;

  @Mixin private CaseOptions cases;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (cases.asked()) {
      return cases.run(out, err, json);
    }
    Map<DeviceDetails, Optional<Measured>> found = new LinkedHashMap<>();
    for (DeviceDetails d : Devices.details()) {
      found.put(d, noProbe ? Optional.empty() : probe(d, err));
    }
    List<LeftOut> leftOut = Devices.leftOut();
    if (json) {
      printJson(out, found, leftOut);
    } else {
      List<List<String>> rows = new ArrayList<>();
      found.forEach((d, probe) -> rows.addAll(rows(d, probe)));
      Table.print(out, HEADER, rows);
      notes(found.keySet().stream().toList()).forEach(out::println);
      found.forEach((d, measured) -> measured.ifPresent(m -> clockNote(d, m.clock(), out)));
      leftOut.forEach(l -> out.println(l + "."));
    }
    Devices.problems().forEach(p -> err.println("tandem: " + p));
    err.flush();
    out.flush();
    return Main.DONE;
  }

  /** What a device reached, and whose clock says so. */
  private record Measured(Probe probe, Clock clock) {}

  /** A device that fails is still listed: that it fails is what its owner wants to know. */
  private static Optional<Measured> probe(DeviceDetails d, PrintWriter err) {
    try (Device device = Devices.open(d.info().id())) {
      Probe probe = device.probe();
      return Optional.of(new Measured(probe, device.clock()));
    } catch (DeviceException e) {
      err.println("tandem: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static List<List<String>> rows(DeviceDetails d, Optional<Measured> measured) {
    DeviceInfo i = d.info();
    Optional<Probe> probe = measured.map(Measured::probe);
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            i.id(),
            type(i),
            String.format(Locale.ROOT, "%.1f GiB", i.memoryBytes() / (double) (1L << 30)),
            Integer.toString(i.computeUnits()),
            d.f16().toString(),
            number(probe.map(Probe::gflops)),
            number(probe.map(Probe::gigabytesPerSecond)),
            i.name(),
            i.driver()));
    if (d.parts().size() > PARTS_SHOWN) {
      rows.add(part(d.parts().getFirst() + " to " + d.parts().getLast(), "parts of " + i.id()));
    } else {
      d.parts().forEach(p -> rows.add(part(p, "part of " + i.id())));
    }
    return rows;
  }

  private static List<String> part(String id, String what) {
    return List.of(id, what, "", "1", "", "", "", "", "");
  }

  private static String type(DeviceInfo d) {
    return switch (d.type()) {
      case CPU -> "CPU";
      case INTEGRATED_GPU -> "integrated GPU";
      case DISCRETE_GPU -> "discrete GPU";
      case ACCELERATOR -> "accelerator";
    };
  }

  private static String number(Optional<Double> v) {
    return v.map(x -> String.format(Locale.ROOT, x < 10 ? "%.1f" : "%.0f", x)).orElse("-");
  }

  /** Where a device's own clock is not believed, its figures include the driver's work. */
  private static void clockNote(DeviceDetails d, Clock clock, PrintWriter out) {
    if (!clock.reason().isEmpty()) {
      out.println(d.info().id() + " is timed by the host (clock: host): " + clock.reason() + ".");
    }
  }

  /** Who shares hardware with whom, so that nobody counts it twice. */
  private static List<String> notes(List<DeviceDetails> found) {
    List<String> notes = new ArrayList<>();
    for (DeviceDetails d : found) {
      d.alsoAs().forEach(a -> notes.add(d.info().id() + " is also " + a + "."));
    }
    Map<String, List<String>> sharing = new TreeMap<>();
    for (DeviceDetails d : found) {
      sharing.computeIfAbsent(d.hardware(), k -> new ArrayList<>()).add(d.info().id());
    }
    sharing.forEach(
        (hardware, ids) -> {
          if (!hardware.isEmpty() && ids.size() > 1) {
            notes.add(String.join(", ", ids) + " share their hardware (" + hardware + ").");
          }
        });
    return notes;
  }

  private static void putMeasured(ObjectNode n, Measured m) {
    n.putObject("probe")
        .put("gflops", m.probe().gflops())
        .put("gigabytesPerSecond", m.probe().gigabytesPerSecond())
        .put("by", m.probe().by().name().toLowerCase(Locale.ROOT));
    n.put("clock", m.clock().by().toString());
    if (!m.clock().reason().isEmpty()) {
      n.put("clockReason", m.clock().reason());
    }
  }

  /** What fails is an entry too, with its problem and nothing that is not known of it. */
  private static void printJson(
      PrintWriter out, Map<DeviceDetails, Optional<Measured>> found, List<LeftOut> leftOut) {
    ObjectMapper mapper = new ObjectMapper();
    ArrayNode all = mapper.createArrayNode();
    found.forEach(
        (d, measured) -> {
          DeviceInfo i = d.info();
          ObjectNode n = all.addObject();
          n.put("id", i.id()).put("name", i.name()).put("type", i.type().name());
          d.vendor().ifPresent(v -> n.put("vendor", v));
          d.platform().ifPresent(v -> n.put("platform", v));
          n.put("driver", i.driver()).put("computeUnits", i.computeUnits());
          n.put("memoryBytes", i.memoryBytes()).put("allocationBytes", d.maxAllocationBytes());
          n.put("unifiedMemory", d.unifiedMemory()).put("f16", d.f16().toString());
          n.put("hardware", d.hardware());
          d.parts().forEach(n.putArray("parts")::add);
          d.alsoAs().forEach(n.putArray("alsoAs")::add);
          measured.ifPresent(m -> putMeasured(n, m));
        });
    leftOut.stream()
        .filter(LeftOut::failed)
        .forEach(
            l ->
                all.addObject().put("id", l.id()).put("name", l.name()).put("problem", l.reason()));
    out.println(all.toPrettyString());
  }
}
