package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.CompileOptions.WeightMemory;

/**
 * In which form a device does its part of a picture. Forms differ in memory and time; all but tiles
 * ({@link Decoding.Tiled}) compute the same but for rounding.
 *
 * @param oneStage what another stage has compiled is closed before a stage compiles
 * @param halves a step with guidance is two evaluations of one picture instead of one of two
 * @param recompute how much of the U-Net's operations computing a skip connection again may take,
 *     percent; 0 keeps all
 * @param weights where weights are while nothing reads them
 */
public record MemoryForm(
    boolean oneStage, boolean halves, int recompute, WeightMemory weights, Decoding decoding) {
  /** All for speed. */
  public static final MemoryForm USUAL =
      new MemoryForm(false, false, 0, WeightMemory.AUTO, Decoding.WHOLE);

  public MemoryForm withOneStage() {
    return new MemoryForm(true, halves, recompute, weights, decoding);
  }

  public MemoryForm withHalves() {
    return new MemoryForm(oneStage, true, recompute, weights, decoding);
  }

  public MemoryForm withRecompute(int value) {
    return new MemoryForm(oneStage, halves, value, weights, decoding);
  }

  public MemoryForm withWeights(WeightMemory value) {
    return new MemoryForm(oneStage, halves, recompute, value, decoding);
  }

  public MemoryForm with(Decoding value) {
    return new MemoryForm(oneStage, halves, recompute, weights, value);
  }

  /** How graphs are then compiled. */
  public CompileOptions compile(CompileOptions usual) {
    return usual.withWeights(weights).withRecompute(recompute);
  }
}
