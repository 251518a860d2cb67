package dev.tandem.stages.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Config;
import dev.tandem.stages.checkpoint.ModelFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntFunction;

/**
 * Byte-pair encoding (Sennrich et al. 2016) with an end-of-word mark: a word starts as single
 * characters, and the neighbours whose merge was learnt first are joined until none can be.
 */
final class BytePairEncoding {
  static final String END_OF_WORD = "</w>";

  private final Map<String, Integer> ids;
  private final Map<Long, Merge> merges;

  private record Merge(int rank, int result) {}

  private BytePairEncoding(Map<String, Integer> ids, Map<Long, Merge> merges) {
    this.ids = ids;
    this.merges = merges;
  }

  /**
   * Two tokens that become one.
   *
   * @param line where it was read, for messages
   */
  record Rule(String left, String right, int line) {}

  /**
   * Reads a vocabulary (token to id) and the merges (two tokens a line, in the order they were
   * learnt).
   *
   * @throws CheckpointException if a file is missing or malformed, or they do not fit each other
   */
  static BytePairEncoding read(Path vocabFile, Path mergesFile) {
    Map<String, Integer> ids = ids(vocabFile, Config.read(vocabFile).json());
    List<Rule> rules = new ArrayList<>();
    int number = 0;
    for (String line : lines(mergesFile)) {
      number++;
      if (line.startsWith("#version") || line.isEmpty()) {
        continue;
      }
      String[] pair = line.split(" ", -1);
      if (pair.length != 2) {
        throw new CheckpointException(
            mergesFile + " line " + number + ": '" + line + "' is not two tokens");
      }
      rules.add(new Rule(pair[0], pair[1], number));
    }
    return of(ids, rules, line -> mergesFile + " line " + line);
  }

  /**
   * The encoding of a vocabulary and merges.
   *
   * @param merges in the order they were learnt
   * @param where a merge stands, by its line
   * @throws CheckpointException if a merge has a token that is not in the vocabulary
   */
  static BytePairEncoding of(
      Map<String, Integer> ids, List<Rule> merges, IntFunction<String> where) {
    Map<Long, Merge> all = new HashMap<>();
    for (int i = 0; i < merges.size(); i++) {
      Rule r = merges.get(i);
      int left = id(ids, r.left, r, where);
      int right = id(ids, r.right, r, where);
      int result = id(ids, r.left + r.right, r, where);
      all.putIfAbsent(key(left, right), new Merge(i, result));
    }
    return new BytePairEncoding(ids, all);
  }

  /** A vocabulary from its JSON form. */
  static Map<String, Integer> ids(Path file, JsonNode vocab) {
    if (!vocab.isObject()) {
      throw new CheckpointException(file + ": the vocabulary is no object of tokens and ids");
    }
    Map<String, Integer> ids = new HashMap<>();
    for (Map.Entry<String, JsonNode> e : vocab.properties()) {
      if (!e.getValue().isInt() || e.getValue().intValue() < 0) {
        throw new CheckpointException(file + ": token '" + e.getKey() + "' has id " + e.getValue());
      }
      ids.put(e.getKey(), e.getValue().intValue());
    }
    return ids;
  }

  private static List<String> lines(Path file) {
    String text = new String(ModelFile.read(file), StandardCharsets.UTF_8);
    return (text.startsWith("\ufeff") ? text.substring(1) : text).lines().toList();
  }

  private static int id(
      Map<String, Integer> ids, String token, Rule rule, IntFunction<String> where) {
    Integer id = ids.get(token);
    if (id == null) {
      throw new CheckpointException(
          where.apply(rule.line)
              + ": token '"
              + token
              + "' is not in the vocabulary; the two belong to different tokenizers");
    }
    return id;
  }

  Map<String, Integer> ids() {
    return ids;
  }

  /**
   * Appends the ids of one word.
   *
   * @param word in the byte alphabet
   * @param unknown id of a character that is not in the vocabulary
   */
  void encode(String word, int unknown, List<Integer> out) {
    int n = word.length();
    int[] symbol = new int[n];
    int[] next = new int[n];
    int[] before = new int[n];
    for (int i = 0; i < n; i++) {
      String c = word.substring(i, i + 1) + (i == n - 1 ? END_OF_WORD : "");
      symbol[i] = ids.getOrDefault(c, unknown);
      next[i] = i + 1;
      before[i] = i - 1;
    }
    // rank and position of every pair that could be merged; stale entries are skipped below
    PriorityQueue<Long> queue = new PriorityQueue<>();
    for (int i = 0; i + 1 < n; i++) {
      offer(queue, symbol, i, i + 1);
    }
    while (!queue.isEmpty()) {
      long top = queue.remove();
      int i = (int) top;
      int right = next[i];
      Merge m = right < n ? merges.get(key(symbol[i], symbol[right])) : null;
      if (m == null || symbol[i] < 0 || m.rank() != (int) (top >>> 32)) {
        continue;
      }
      symbol[i] = m.result();
      symbol[right] = -1;
      next[i] = next[right];
      if (next[i] < n) {
        before[next[i]] = i;
        offer(queue, symbol, i, next[i]);
      }
      if (before[i] >= 0) {
        offer(queue, symbol, before[i], i);
      }
    }
    for (int i = 0; i < n; i = next[i]) {
      out.add(symbol[i]);
    }
  }

  private void offer(PriorityQueue<Long> queue, int[] symbol, int left, int right) {
    Merge m = merges.get(key(symbol[left], symbol[right]));
    if (m != null) {
      queue.add(((long) m.rank() << 32) | left);
    }
  }

  private static long key(int left, int right) {
    return ((long) left << 32) | (right & 0xffffffffL);
  }
}
