package dev.tandem.orchestrator.memory;

import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.orchestrator.request.VaeTiling;
import dev.tandem.stages.Decoding;
import dev.tandem.stages.MemoryForm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The forms in which a device can do its part, in the order of what they are expected to cost in
 * time. Approximate forms come last, and only where they are allowed.
 */
public final class FormOrder {
  /** Costs as parts of a picture's time on a processor; their order is what counts. */
  private static final double HALVES = 0.05;

  private static final double BANDS = 0.06;
  private static final double NARROWER_BANDS = 0.01;
  private static final double ONE_STAGE = 0.15;
  private static final double AT_REST = 0.2;
  private static final double RECOMPUTE = 0.02;
  private static final double STREAM = 0.5;
  private static final double APPROXIMATE = 10;

  private static final int LEAST_ROWS = 8;

  /** More than one percent takes more memory again (decision 091). */
  private static final int PERCENT = 1;

  private static final int TILE_STEP = 4;
  private static final int TILES = 8;

  private final List<Decoding> decodings = new ArrayList<>();
  private final boolean denoises;
  private final boolean guided;
  private final Set<WeightMemory> weights;

  /**
   * What a device does.
   *
   * @param denoises whether it evaluates the U-Net
   * @param guided whether it evaluates both halves of a step in one batch
   * @param side the longer side of the pictures, latents
   * @param scale pixels that a latent stands for, each way
   * @param weights where weights may lie
   */
  public record Part(
      boolean denoises,
      boolean guided,
      boolean decodes,
      int side,
      int scale,
      Set<WeightMemory> weights) {
    public Part {
      weights = Set.copyOf(weights);
    }
  }

  /**
   * The forms of a part.
   *
   * @param approximate whether tiles may be chosen that nobody asked for
   */
  public FormOrder(Part part, VaeTiling tiling, boolean approximate) {
    denoises = part.denoises;
    guided = part.guided;
    weights =
        part.weights.stream().filter(w -> w != WeightMemory.SPEED).collect(Collectors.toSet());
    if (!part.decodes) {
      decodings.add(Decoding.WHOLE);
      return;
    }
    int tile = tiling.tile();
    switch (tiling.mode()) {
      case OFF -> decodings.add(Decoding.WHOLE);
      case ON -> decodings.add(new Decoding.Tiled(tile > 0 ? tile : VaeTiling.DEFAULT_TILE));
      case BANDS -> bands(part.side * part.scale);
      case AUTO -> {
        decodings.add(Decoding.WHOLE);
        bands(part.side * part.scale);
        if (tile > 0) {
          decodings.add(new Decoding.Tiled(tile));
        } else if (approximate) {
          tiles(part.side);
        }
      }
    }
  }

  private void bands(int pixels) {
    int rows = Math.max(LEAST_ROWS, Integer.highestOneBit(Math.max(1, pixels - 1)));
    for (; rows >= LEAST_ROWS; rows /= 2) {
      decodings.add(new Decoding.Bands(rows));
    }
  }

  private void tiles(int side) {
    int last = side;
    for (int i = TILES - 1; i > 0; i--) {
      int tile = side * i / TILES / TILE_STEP * TILE_STEP;
      if (tile >= VaeTiling.SMALLEST_TILE && tile < last) {
        decodings.add(new Decoding.Tiled(tile));
        last = tile;
      }
    }
    if (last > VaeTiling.SMALLEST_TILE) {
      decodings.add(new Decoding.Tiled(VaeTiling.SMALLEST_TILE));
    }
  }

  /** All forms, the cheapest first. */
  public List<MemoryForm> all() {
    List<MemoryForm> forms = new ArrayList<>();
    for (Decoding decoding : decodings) {
      for (WeightMemory w : weights) {
        for (int again : denoises ? List.of(0, PERCENT) : List.of(0)) {
          MemoryForm f = MemoryForm.USUAL.with(decoding).withWeights(w).withRecompute(again);
          forms.add(f);
          forms.add(f.withOneStage());
          if (denoises && guided) {
            forms.add(f.withHalves());
            forms.add(f.withHalves().withOneStage());
          }
        }
      }
    }
    forms.sort(Comparator.comparingDouble(this::cost));
    return forms;
  }

  /** Those of which one takes least: with all that saves memory, whatever it costs. */
  public List<MemoryForm> smallest() {
    boolean halves = denoises && guided;
    return all().stream()
        .filter(f -> f.oneStage() && f.halves() == halves)
        .filter(f -> List.of(decodings.getFirst(), decodings.getLast()).contains(f.decoding()))
        .toList();
  }

  /** Each lever alone, to be shown beside each other: the usual form first. */
  public List<MemoryForm> single() {
    MemoryForm usual = MemoryForm.USUAL.with(decodings.getFirst());
    List<MemoryForm> forms = new ArrayList<>(List.of(usual));
    if (denoises && guided) {
      forms.add(usual.withHalves());
    }
    decodings.stream()
        .filter(d -> !(d instanceof Decoding.Tiled))
        .reduce((first, last) -> last)
        .filter(last -> decodings.size() > 1)
        .ifPresent(last -> forms.add(usual.with(last)));
    forms.add(usual.withOneStage());
    weights.stream()
        .filter(w -> w != WeightMemory.AUTO)
        .sorted()
        .forEach(w -> forms.add(usual.withWeights(w)));
    if (denoises) {
      forms.add(usual.withRecompute(PERCENT));
    }
    return forms;
  }

  private double cost(MemoryForm f) {
    double sum = f.halves() ? HALVES : 0;
    sum += f.oneStage() ? ONE_STAGE : 0;
    sum += f.recompute() > 0 ? RECOMPUTE : 0;
    sum +=
        switch (f.weights()) {
          case AUTO, SPEED -> 0;
          case REST -> AT_REST;
          case STREAM -> STREAM;
        };
    return sum + cost(f.decoding());
  }

  private double cost(Decoding d) {
    int index = decodings.indexOf(d);
    return switch (d) {
      case Decoding.Whole _ -> 0;
      case Decoding.Bands _ -> BANDS + NARROWER_BANDS * index;
      case Decoding.Tiled _ -> APPROXIMATE + index;
    };
  }
}
