package dev.tandem.stages.text;

import java.util.List;
import java.util.Optional;

/**
 * A prompt as token ids.
 *
 * @param ids the start token, the whole prompt, the end token: of any length
 * @param padded what the text encoder takes: cut or padded to the model's number of tokens
 * @param truncated the end of the prompt that did not fit and has no effect; empty if all fits
 */
public record Encoding(List<Integer> ids, List<Integer> padded, String truncated) {
  public Encoding {
    ids = List.copyOf(ids);
    padded = List.copyOf(padded);
  }

  /** {@link #padded} as a text encoder's input. */
  public int[] paddedArray() {
    return padded.stream().mapToInt(Integer::intValue).toArray();
  }

  /** What to tell the user if the prompt was too long, as diffusers does; quotes what was cut. */
  public Optional<String> warning() {
    return truncated.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the prompt is longer than "
                + padded.size()
                + " tokens; this end of it was cut off and has no effect: '"
                + truncated
                + "'");
  }
}
