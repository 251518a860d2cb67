package dev.tandem.orchestrator.execution;

import dev.tandem.devices.ByteSize;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.orchestrator.execution.FormNeeds.Size;
import dev.tandem.orchestrator.memory.DeviceNeed;
import dev.tandem.orchestrator.memory.DevicePlan;
import dev.tandem.orchestrator.memory.FormOrder;
import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.memory.Refusal;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.request.VaeTiling;
import dev.tandem.stages.MemoryForm;
import dev.tandem.stages.MemoryNeeds;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds out before a run in which form every device does its part within its memory: the cheapest
 * that fits.
 */
final class MemoryCheck {
  /**
   * Up to so many pixels a device's own estimate, which tells what limit would do, takes no time.
   */
  private static final long QUICK_PIXELS = 512 * 512;

  /** Three colours as numbers in 32 bits and as bytes. */
  private static final long HEAP_BYTES_A_PIXEL = 3 * (Float.BYTES + 1);

  private static final String AT_LEAST = "at least ";

  private final FormNeeds exact;
  private final FormNeeds rough;
  private final FormNeeds least;
  private final Placement placement;
  private final RunOptions options;
  private final DevicePool devices;

  /**
   * A check of one placement.
   *
   * @param devices where those of the placement are opened
   */
  MemoryCheck(MemoryNeeds needs, Placement placement, RunOptions options, DevicePool devices) {
    exact = new FormNeeds(needs, placement, options, devices);
    rough = exact.with(needs.rough());
    least = exact.with(needs.least());
    this.placement = placement;
    this.options = options;
    this.devices = devices;
  }

  /**
   * Plans pictures. Where a limit was given the plan has all numbers; where none was and memory is
   * plenty, no device is asked.
   *
   * @throws RequestException if a device's memory does not suffice in any form, with all numbers
   */
  MemoryPlans plan(Collection<PictureJob> jobs) {
    jobs.forEach(MemoryCheck::requireHeap);
    Set<Size> sizes = jobs.stream().map(Size::of).collect(Collectors.toSet());
    boolean large = jobs.stream().anyMatch(MemoryCheck::isLarge);
    List<Group> groups = groups().stream().map(all -> new Group(all, sizes)).toList();
    if (options.memoryLimits().isEmpty() && groups.stream().allMatch(Group::hasPlenty)) {
      return MemoryPlans.unplanned(
          groups.stream()
              .flatMap(g -> g.devices.stream().map(d -> Map.entry(d, g.forms.getFirst())))
              .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }
    if (large) {
      groups.forEach(Group::requireLeast);
    }
    List<DevicePlan> plans = new ArrayList<>();
    for (Group g : groups) {
      plans.addAll(g.cheapest());
    }
    return MemoryPlans.of(plans);
  }

  /**
   * Refuses pictures that do not fit the Java heap, which holds them before they are written.
   *
   * @throws RequestException with both numbers
   */
  static void requireHeap(PictureJob job) {
    Request r = job.request();
    long bytes = HEAP_BYTES_A_PIXEL * r.width() * r.height();
    long most = Runtime.getRuntime().maxMemory();
    if (bytes > most) {
      throw new RequestException(
          "a picture of "
              + r.width()
              + " x "
              + r.height()
              + " pixels takes "
              + ByteSize.format(bytes)
              + " of the Java heap, which has at most "
              + ByteSize.format(most)
              + "; make it smaller");
    }
  }

  private static boolean isLarge(PictureJob job) {
    return (long) job.request().width() * job.request().height() > QUICK_PIXELS;
  }

  /** Devices by themselves, and together where they share memory that nobody has divided. */
  private List<List<String>> groups() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (String d : placement.devices()) {
      all.computeIfAbsent(hardware(d), h -> new ArrayList<>()).add(d);
    }
    List<List<String>> groups = new ArrayList<>();
    for (List<String> group : all.values()) {
      if (group.stream().anyMatch(options.memoryLimits()::containsKey)) {
        group.forEach(d -> groups.add(List.of(d)));
      } else {
        groups.add(group);
      }
    }
    return groups;
  }

  private String hardware(String device) {
    return devices.get(device).device().hardware().orElseGet(() -> DeviceSpec.physical(device));
  }

  private MemoryLimit limit(String device) {
    return devices.get(device).device().memoryLimit();
  }

  /** Devices that compute in one form. */
  private final class Group {
    private final List<String> devices;
    private final Set<Size> sizes;
    private final FormOrder order;
    private final List<MemoryForm> forms;

    Group(List<String> devices, Set<Size> sizes) {
      this.devices = devices;
      this.sizes = sizes;
      order = new FormOrder(exact.part(devices, sizes), options.tiling(), options.approximate());
      forms = order.all();
    }

    boolean hasPlenty() {
      return fits(rough, forms.getFirst());
    }

    private boolean fits(FormNeeds needs, MemoryForm form) {
      return devices.stream().allMatch(d -> fits(needs, form, d))
          && together(needs, form) <= budget();
    }

    private boolean fits(FormNeeds needs, MemoryForm form, String device) {
      return limit(device).fits(needs.of(device, sizes, form).peak(), 0);
    }

    private long together(FormNeeds needs, MemoryForm form) {
      return devices.stream().mapToLong(d -> needs.of(d, sizes, form).peak().total()).sum();
    }

    private long budget() {
      return devices.stream().mapToLong(d -> limit(d).total()).max().orElseThrow();
    }

    /** Asks the devices, but only where the least that they take would fit. */
    List<DevicePlan> cheapest() {
      MemoryForm form =
          forms.stream()
              .filter(f -> fits(least, f) && fits(exact, f))
              .findFirst()
              .orElseThrow(() -> refusal(exact, ""));
      return devices.stream().map(d -> plan(d, form)).toList();
    }

    private DevicePlan plan(String device, MemoryForm form) {
      return new DevicePlan(device, limit(device).total(), form, exact.of(device, sizes, form));
    }

    /** Refuses what does not even fit by bounds. */
    void requireLeast() {
      if (forms.stream().noneMatch(f -> fits(least, f))) {
        throw refusal(least, AT_LEAST);
      }
    }

    /** Why no form fits; {@code bound} is what the numbers are, in the message. */
    private RequestException refusal(FormNeeds needs, String bound) {
      MemoryForm smallest =
          order.smallest().stream()
              .min(Comparator.comparingLong(f -> together(needs, f)))
              .orElseThrow();
      return devices.stream()
          .filter(d -> !fits(needs, smallest, d))
          .findFirst()
          .map(d -> refused(needs, d, smallest, bound))
          .orElseGet(() -> Refusal.shared(devices, budget(), bound, together(needs, smallest)));
    }

    private RequestException refused(
        FormNeeds needs, String device, MemoryForm smallest, String bound) {
      Map<MemoryForm, DeviceNeed> others = new LinkedHashMap<>();
      order.single().stream()
          .filter(f -> !f.equals(smallest))
          .forEach(f -> others.put(f, needs.of(device, sizes, f)));
      boolean tiles =
          options.tiling().mode() == VaeTiling.Mode.AUTO
              && !options.approximate()
              && exact.part(List.of(device), sizes).decodes();
      return new Refusal(
              device,
              limit(device),
              bound,
              new Refusal.Taken(smallest, needs.of(device, sizes, smallest)),
              others,
              tiles)
          .exception();
    }
  }
}
