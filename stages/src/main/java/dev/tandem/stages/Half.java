package dev.tandem.stages;

import java.util.List;

/** Which half of an evaluation with classifier-free guidance a U-Net computes. */
public enum Half {
  /** With the prompt. Without guidance this is all there is. */
  CONDITIONAL,
  /** Without the prompt, or with the negative one. */
  UNCONDITIONAL,
  /** Both in one batch of two, the unconditional half first, as diffusers does. */
  BOTH;

  int batch() {
    return this == BOTH ? 2 : 1;
  }

  /** The halves, in the order of the batch. */
  List<Half> halves() {
    return this == BOTH ? List.of(UNCONDITIONAL, CONDITIONAL) : List.of(this);
  }
}
