package dev.tandem.orchestrator.execution;

import dev.tandem.devices.ByteSize;
import dev.tandem.devices.Device;
import dev.tandem.devices.DeviceSpec;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.devices.MemoryLimit;
import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.request.VaeTiling;
import dev.tandem.stages.MemoryNeeds;
import dev.tandem.stages.vae.Tiles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Finds out before a run whether every device has the memory for its stages, and how small the
 * tiles must be in which pictures are decoded.
 */
final class MemoryCheck {
  private static final int UNTILED = Integer.MAX_VALUE;

  /** Sides of tiles that are tried are multiples of this, latents. */
  private static final int TILE_STEP = 4;

  /**
   * Up to so many pixels a device's own estimate, which tells what limit would do, takes no time.
   */
  private static final long QUICK_PIXELS = 512 * 512;

  /** Three colours as numbers in 32 bits and as bytes. */
  private static final long HEAP_BYTES_A_PIXEL = 3 * (Float.BYTES + 1);

  /** What one stage takes on a device, and whether it can be done in tiles. */
  private record Need(String stage, boolean tiles, MemoryUse use) {}

  /** A picture's latents. */
  private record Size(int height, int width, boolean guided, boolean image) {
    @Override
    public String toString() {
      return height + " x " + width + " latents";
    }
  }

  private static Size of(PictureJob j) {
    return new Size(j.latentHeight(), j.latentWidth(), j.guided(), j.request().init().isPresent());
  }

  private final MemoryNeeds needs;
  private final Placement placement;
  private final RunOptions options;
  private final DevicePool devices;
  private final Map<String, MemoryUse> known = new ConcurrentHashMap<>();

  /**
   * A check of one placement.
   *
   * @param devices where those of the placement are opened
   */
  MemoryCheck(MemoryNeeds needs, Placement placement, RunOptions options, DevicePool devices) {
    this.needs = needs;
    this.placement = placement;
    this.options = options;
    this.devices = devices;
  }

  /**
   * Checks pictures.
   *
   * @return the largest side of a tile to decode, latents
   * @throws RequestException if a device's memory does not suffice, with all numbers
   */
  int tile(Collection<PictureJob> jobs) {
    jobs.forEach(MemoryCheck::requireHeap);
    Set<Size> sizes = jobs.stream().map(j -> of(j)).collect(Collectors.toSet());
    VaeTiling tiling = options.tiling();
    int whole = sizes.stream().mapToInt(s -> Math.max(s.height, s.width)).max().orElse(1);
    int set = tiling.tile() == 0 ? VaeTiling.DEFAULT_TILE : tiling.tile();
    int wish = tiling.mode() == VaeTiling.Mode.ON ? set : UNTILED;
    if (of(needs.rough()).fits(sizes, wish)) {
      return wish; // plenty of memory
    }
    int smallest = tiling.tile() == 0 ? VaeTiling.SMALLEST_TILE : set;
    if (jobs.stream().anyMatch(MemoryCheck::isLarge)) {
      of(needs.least())
          .require(sizes, tiling.mode() == VaeTiling.Mode.OFF ? UNTILED : smallest, "at least ");
    }
    int tile =
        switch (tiling.mode()) {
          case OFF -> UNTILED;
          case ON -> set;
          case AUTO ->
              fitsExactly(sizes, UNTILED)
                  ? UNTILED
                  : tiling.tile() > 0 ? set : largest(sizes, whole);
        };
    require(sizes, tile, "");
    return tile;
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

  private MemoryCheck of(MemoryNeeds others) {
    return new MemoryCheck(others, placement, options, devices);
  }

  /** Refuses what does not fit; {@code bound} is what the numbers are, in the message. */
  private void require(Set<Size> sizes, int tile, String bound) {
    for (String device : placement.devices()) {
      List<Need> stages = stages(device, sizes, tile);
      if (!fits(device, stages)) {
        throw refused(device, stages, bound);
      }
    }
    for (List<String> all : shared()) {
      long need = together(all, sizes, tile);
      if (need > budget(all)) {
        throw new RequestException(
            "devices '"
                + String.join("' and '", all)
                + "' share memory and may use "
                + ByteSize.format(budget(all))
                + " of it, but their stages need "
                + bound
                + ByteSize.format(need)
                + "; give a stage to other hardware, or make the picture smaller");
      }
    }
  }

  /** The largest tile that fits; the smallest there is if none does. */
  private int largest(Set<Size> sizes, int whole) {
    int low = VaeTiling.SMALLEST_TILE / TILE_STEP;
    int high = Math.max(low, (whole - 1) / TILE_STEP);
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (fitsExactly(sizes, middle * TILE_STEP)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low * TILE_STEP;
  }

  /** Asks the devices, but only where the least that they take would fit. */
  private boolean fitsExactly(Set<Size> sizes, int tile) {
    return of(needs.least()).fits(sizes, tile) && fits(sizes, tile);
  }

  private boolean fits(Set<Size> sizes, int tile) {
    return placement.devices().stream().allMatch(d -> fits(d, stages(d, sizes, tile)))
        && shared().stream().allMatch(all -> together(all, sizes, tile) <= budget(all));
  }

  /** Devices that share the memory of one piece of hardware, where nobody has divided it. */
  private List<List<String>> shared() {
    return placement.devices().stream()
        .collect(Collectors.groupingBy(this::hardware))
        .values()
        .stream()
        .filter(all -> all.size() > 1)
        .filter(all -> all.stream().noneMatch(options.memoryLimits()::containsKey))
        .toList();
  }

  private String hardware(String device) {
    return devices.get(device).device().hardware().orElseGet(() -> DeviceSpec.physical(device));
  }

  private long together(List<String> all, Set<Size> sizes, int tile) {
    return all.stream().mapToLong(d -> total(stages(d, sizes, tile)).total()).sum();
  }

  private long budget(List<String> all) {
    return all.stream()
        .mapToLong(d -> devices.get(d).device().memoryLimit().total())
        .max()
        .orElseThrow();
  }

  private boolean fits(String device, List<Need> stages) {
    return devices.get(device).device().memoryLimit().fits(total(stages), 0);
  }

  private static MemoryUse total(List<Need> stages) {
    return stages.stream().map(Need::use).reduce(MemoryUse.NONE, MemoryUse::plus);
  }

  /** Everything that is compiled at one time on a device: each stage for its largest picture. */
  private List<Need> stages(String device, Set<Size> sizes, int tile) {
    List<Need> stages = new ArrayList<>();
    Device d = devices.get(device).device();
    if (placement.lanes().stream().anyMatch(l -> l.text().contains(device))) {
      stages.add(
          new Need(
              "text encoder",
              false,
              once(device, "text", () -> needs.text(d, options.compile(device)))));
    }
    List<Size> images = sizes.stream().filter(Size::image).toList();
    if (!images.isEmpty() && placement.lanes().stream().anyMatch(l -> l.image().contains(device))) {
      stages.add(largest(images.stream().map(s -> encoder(device, d, s)).toList()));
    }
    Set<Integer> batches = new TreeSet<>();
    sizes.forEach(s -> batches.addAll(batches(device, s.guided)));
    for (int batch : batches) {
      stages.add(
          largest(
              sizes.stream()
                  .filter(s -> batches(device, s.guided).contains(batch))
                  .map(s -> unet(device, d, s, batch))
                  .toList()));
    }
    if (placement.lanes().stream().anyMatch(l -> l.decode().contains(device))) {
      stages.add(largest(sizes.stream().map(s -> vae(device, d, s, tile)).toList()));
    }
    return stages;
  }

  /** For which batches a device holds a U-Net. */
  private Set<Integer> batches(String device, boolean guided) {
    Set<Integer> batches = new TreeSet<>();
    for (Lane lane : placement.lanes()) {
      for (DenoisePart part : lane.denoise()) {
        boolean split = part.unconditional().isPresent();
        if (part.device().equals(device)) {
          batches.add(guided && !split ? 2 : 1);
        } else if (guided && part.devices().contains(device)) {
          batches.add(1);
        }
      }
    }
    return batches;
  }

  private Need unet(String device, Device d, Size s, int batch) {
    String stage = "U-Net for " + s + (batch == 2 ? ", with and without the prompt" : "");
    return new Need(
        stage,
        false,
        once(
            device,
            stage,
            () -> needs.denoise(d, options.compile(device), batch, s.height, s.width)));
  }

  private Need encoder(String device, Device d, Size s) {
    String stage = "VAE encoder for " + s;
    return new Need(
        stage,
        false,
        once(device, stage, () -> needs.encode(d, options.compile(device), s.height, s.width)));
  }

  private Need vae(String device, Device d, Size s, int tile) {
    Tiles tiles = Tiles.of(s.height, s.width, tile);
    int h = tiles.height();
    int w = tiles.width();
    String stage =
        "VAE for " + s + (tiles.all().size() == 1 ? "" : " in tiles of " + h + " x " + w);
    return new Need(
        stage, true, once(device, stage, () -> needs.decode(d, options.compile(device), h, w)));
  }

  private static Need largest(List<Need> sizes) {
    return sizes.stream().max(Comparator.comparingLong(n -> n.use.total())).orElseThrow();
  }

  private MemoryUse once(String device, String stage, Supplier<MemoryUse> estimate) {
    String key = device + " " + stage;
    MemoryUse use = known.get(key);
    if (use == null) {
      use =
          needs.asks(options.compile(device))
              ? InTurn.ask(devices, device, estimate)
              : estimate.get();
      known.put(key, use);
    }
    return use;
  }

  private RequestException refused(String device, List<Need> stages, String bound) {
    MemoryLimit limit = devices.get(device).device().memoryLimit();
    MemoryUse total = total(stages);
    StringBuilder s = new StringBuilder();
    s.append("device '").append(device).append("' may use ");
    s.append(ByteSize.format(limit.total())).append(" of memory");
    if (total.largest() > limit.largest()) {
      s.append(", in buffers of up to ").append(ByteSize.format(limit.largest()));
    }
    s.append(", but its stages need ").append(bound).append(ByteSize.format(total.total()));
    if (total.largest() > limit.largest()) {
      s.append(", one buffer of ").append(ByteSize.format(total.largest()));
    }
    for (Need n : stages) {
      s.append("\n  ").append(n.stage).append(": ").append(n.use);
    }
    long mebibytes = Math.ceilDiv(total.total(), 1L << 20);
    s.append("\nWhat would fit: ");
    s.append(bound.isEmpty() ? "a limit of " + mebibytes + "M, " : "");
    s.append("a smaller picture, another device for a stage");
    if (options.tiling().mode() == VaeTiling.Mode.OFF && stages.stream().anyMatch(n -> n.tiles)) {
      s.append(", or decoding in tiles");
    }
    return new RequestException(s.append('.').toString());
  }
}
