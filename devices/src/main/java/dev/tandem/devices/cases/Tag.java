package dev.tandem.devices.cases;

/** What a case is for. */
public enum Tag {
  /** Small, odd shapes: seconds for the whole table. */
  CORRECTNESS,
  /** Shapes of one step of the default model (128x128 pictures, guidance) and of its decoder. */
  BENCH_DEFAULT,
  /** Shapes of Stable Diffusion 1.5 at 64x64 latents with guidance. */
  BENCH_SD15
}
