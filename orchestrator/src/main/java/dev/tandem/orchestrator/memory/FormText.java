package dev.tandem.orchestrator.memory;

import dev.tandem.stages.Decoding;
import dev.tandem.stages.MemoryForm;
import java.util.ArrayList;
import java.util.List;

/** Forms in words. */
public final class FormText {
  private FormText() {}

  /** For example {@code one stage at a time; VAE in bands of 64 rows}. */
  public static String of(MemoryForm f) {
    List<String> parts = new ArrayList<>();
    if (f.halves()) {
      parts.add("guidance halves one after the other");
    }
    switch (f.decoding()) {
      case Decoding.Whole _ -> {}
      case Decoding.Bands b -> parts.add("VAE in bands of " + b.rows() + " rows");
      case Decoding.Tiled t -> parts.add("VAE in tiles of " + t.side() + " latents (approximate)");
    }
    if (f.oneStage()) {
      parts.add("one stage at a time");
    }
    switch (f.weights()) {
      case AUTO -> {}
      case SPEED -> parts.add("weights laid out for speed");
      case REST -> parts.add("weights in their file's type");
      case STREAM -> parts.add("weights streamed from the file");
    }
    if (f.recompute() > 0) {
      parts.add("cheap skips of the U-Net computed again");
    }
    return parts.isEmpty() ? "as usual" : String.join("; ", parts);
  }
}
