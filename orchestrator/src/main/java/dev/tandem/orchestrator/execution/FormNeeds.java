package dev.tandem.orchestrator.execution;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executable.MemoryUse;
import dev.tandem.orchestrator.memory.DeviceNeed;
import dev.tandem.orchestrator.memory.FormOrder;
import dev.tandem.orchestrator.memory.StageNeed;
import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.stages.Decoding;
import dev.tandem.stages.MemoryForm;
import dev.tandem.stages.MemoryNeeds;
import dev.tandem.stages.vae.Tiles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the devices of a placement need for pictures, in any form. */
final class FormNeeds {
  private final MemoryNeeds needs;
  private final Placement placement;
  private final RunOptions options;
  private final DevicePool devices;
  private final Map<String, MemoryUse> known = new ConcurrentHashMap<>();

  /** A picture's latents. */
  record Size(int height, int width, boolean guided, boolean image) {
    static Size of(PictureJob j) {
      return new Size(
          j.latentHeight(), j.latentWidth(), j.guided(), j.request().init().isPresent());
    }

    @Override
    public String toString() {
      return height + " x " + width + " latents";
    }
  }

  /**
   * Of one placement.
   *
   * @param devices where those of the placement are opened
   */
  FormNeeds(MemoryNeeds needs, Placement placement, RunOptions options, DevicePool devices) {
    this.needs = needs;
    this.placement = placement;
    this.options = options;
    this.devices = devices;
  }

  /** The same with other numbers: bounds for example. */
  FormNeeds with(MemoryNeeds others) {
    return new FormNeeds(others, placement, options, devices);
  }

  private boolean does(String device, Function<Lane, List<String>> stage) {
    return placement.lanes().stream().anyMatch(l -> stage.apply(l).contains(device));
  }

  /** Which part of the pictures some devices do, together. */
  FormOrder.Part part(List<String> all, Set<Size> sizes) {
    boolean guided = sizes.stream().anyMatch(Size::guided);
    return new FormOrder.Part(
        all.stream().anyMatch(d -> !batches(d, guided).isEmpty()),
        all.stream().anyMatch(d -> batches(d, guided).contains(2)),
        all.stream().anyMatch(d -> does(d, Lane::decode)),
        sizes.stream().mapToInt(s -> Math.max(s.height, s.width)).max().orElse(1),
        needs.scale(),
        weights(all));
  }

  /** Where all of them can leave weights. */
  private Set<WeightMemory> weights(List<String> all) {
    Set<WeightMemory> common = EnumSet.allOf(WeightMemory.class);
    all.forEach(d -> common.retainAll(devices.get(d).device().weightMemory()));
    return common;
  }

  /** What a device needs: each stage for its largest picture. */
  DeviceNeed of(String device, Set<Size> sizes, MemoryForm form) {
    List<StageNeed> stages = new ArrayList<>();
    Device d = devices.get(device).device();
    CompileOptions unet = form.compile(options.compile(device));
    CompileOptions compile = unet.withRecompute(0); // the others have no skips
    Asked ask = new Asked(device, d, compile);
    if (does(device, Lane::text)) {
      stages.add(ask.need("text encoder", () -> needs.text(d, compile)));
    }
    List<Size> images = sizes.stream().filter(Size::image).toList();
    if (!images.isEmpty() && does(device, Lane::image)) {
      stages.add(
          largest(
              images.stream()
                  .map(
                      s ->
                          ask.need(
                              "VAE encoder for " + s,
                              () -> needs.encode(d, compile, s.height, s.width)))
                  .toList()));
    }
    if (sizes.stream().anyMatch(s -> !batches(device, s.guided).isEmpty())) {
      stages.add(unet(new Asked(device, d, unet), sizes, form));
    }
    if (does(device, Lane::decode)) {
      stages.add(largest(sizes.stream().map(s -> vae(ask, s, form.decoding())).toList()));
    }
    return new DeviceNeed(stages, form.oneStage());
  }

  /** All that is compiled of the U-Net at one time: for a batch of two, of one, or both. */
  private StageNeed unet(Asked ask, Set<Size> sizes, MemoryForm form) {
    Set<Integer> all = new TreeSet<>();
    sizes.forEach(s -> all.addAll(batches(ask.device, s.guided, form)));
    MemoryUse sum = MemoryUse.NONE;
    String name = "";
    for (int batch : all) {
      StageNeed need =
          largest(
              sizes.stream()
                  .filter(s -> batches(ask.device, s.guided, form).contains(batch))
                  .map(s -> unet(ask, s, batch))
                  .toList());
      sum = sum.plus(need.use());
      name = need.name();
    }
    return new StageNeed(name, sum);
  }

  private StageNeed unet(Asked ask, Size s, int batch) {
    return ask.need(
        "U-Net for " + s + (batch == 2 ? ", with and without the prompt" : ""),
        () -> needs.denoise(ask.opened, ask.compile, batch, s.height, s.width));
  }

  private StageNeed vae(Asked ask, Size s, Decoding form) {
    String how =
        switch (form) {
          case Decoding.Whole _ -> "";
          case Decoding.Bands b -> " in bands of " + b.rows() + " rows";
          case Decoding.Tiled t -> {
            Tiles tiles = Tiles.of(s.height, s.width, t.side());
            yield tiles.all().size() == 1
                ? ""
                : " in tiles of " + tiles.height() + " x " + tiles.width();
          }
        };
    return ask.need(
        "VAE for " + s + how, () -> needs.decode(ask.opened, ask.compile, s.height, s.width, form));
  }

  /** For which batches a device holds a U-Net. */
  private Set<Integer> batches(String device, boolean guided, MemoryForm form) {
    Set<Integer> usual = batches(device, guided);
    return form.halves() && !usual.isEmpty() ? Set.of(1) : usual;
  }

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

  private static StageNeed largest(List<StageNeed> sizes) {
    return sizes.stream().max(Comparator.comparingLong(n -> n.use().total())).orElseThrow();
  }

  /** A device that is asked, in its turn, each question once. */
  private final class Asked {
    private final String device;
    private final Device opened;
    private final CompileOptions compile;

    Asked(String device, Device opened, CompileOptions compile) {
      this.device = device;
      this.opened = opened;
      this.compile = compile;
    }

    StageNeed need(String stage, Supplier<MemoryUse> estimate) {
      String key = device + " " + compile + " " + stage;
      MemoryUse use = known.get(key);
      if (use == null) {
        use = needs.asks(compile) ? InTurn.ask(devices, device, estimate) : estimate.get();
        known.put(key, use);
      }
      return new StageNeed(stage, use);
    }
  }
}
