package dev.tandem.orchestrator;

import dev.tandem.stages.Conditioning;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Remembers the latest prompts' conditioning: the same prompt is encoded once. */
final class ConditioningCache {
  private static final int ENTRIES = 64;

  private final Map<String, Conditioning> entries =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Conditioning> eldest) {
          return size() > ENTRIES;
        }
      };

  /** What was remembered of the prompt, or what {@code encode} says of it now. */
  Conditioning get(String prompt, Function<String, Conditioning> encode) {
    Conditioning known = entries.get(prompt);
    if (known == null) {
      known = encode.apply(prompt);
      entries.put(prompt, known);
    }
    return known;
  }
}
