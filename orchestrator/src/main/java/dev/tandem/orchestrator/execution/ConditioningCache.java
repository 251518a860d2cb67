package dev.tandem.orchestrator.execution;

import dev.tandem.stages.Conditioning;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Remembers the latest prompts' conditioning: the same prompt is encoded once. Any thread. */
final class ConditioningCache {
  private static final int ENTRIES = 64;

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
}
