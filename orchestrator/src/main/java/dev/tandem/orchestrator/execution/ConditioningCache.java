package dev.tandem.orchestrator.execution;

import dev.tandem.stages.Conditioning;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Remembers the latest prompts' conditioning: the same prompt is encoded once. Any thread. */
final class ConditioningCache {
  private static final int ENTRIES = 64;

  /** A negative prompt may be encoded otherwise than a prompt of the same words. */
  record PromptKey(String prompt, boolean negative) {}

  private final Map<PromptKey, Conditioning> entries =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PromptKey, Conditioning> eldest) {
          return size() > ENTRIES;
        }
      };

  synchronized Optional<Conditioning> get(PromptKey key) {
    return Optional.ofNullable(entries.get(key));
  }

  synchronized void put(PromptKey key, Conditioning conditioning) {
    entries.put(key, conditioning);
  }

  /** How many of the keys are not remembered. */
  synchronized int missing(Iterable<PromptKey> keys) {
    int n = 0;
    for (PromptKey key : keys) {
      n += entries.containsKey(key) ? 0 : 1;
    }
    return n;
  }
}
