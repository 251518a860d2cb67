package dev.tandem.stages.checkpoint;

import dev.tandem.devices.Tensor;
import dev.tandem.graph.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an adapter's file says about a base, checked.
 *
 * @param lowRanks differences by the name of the weight
 * @param whole tensors that replace the base's or join them (PEFT's {@code modules_to_save})
 */
record LoraAdapter(Map<String, LowRank> lowRanks, Map<String, Tensor> whole) {
  private static final String PREFIX = "base_model.model.";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  LoraAdapter {
    lowRanks = Map.copyOf(lowRanks);
    whole = Map.copyOf(whole);
  }

  /**
   * Sorts the tensors of an adapter.
   *
   * @throws CheckpointException if one does not fit the base, the config or its counterpart
   */
  static LoraAdapter of(LoraConfig config, SafeTensors adapter, SafeTensors base) {
    Map<String, LowRank> lowRanks = new LinkedHashMap<>();
    Map<String, Tensor> whole = new LinkedHashMap<>();
    for (String key : adapter.names()) {
      if (!key.startsWith(PREFIX)) {
        throw wrong(adapter, key, "does not start with '" + PREFIX + "', as PEFT writes it");
      }
      String name = key.substring(PREFIX.length());
      if (name.endsWith(A)) {
        String module = name.substring(0, name.length() - A.length());
        lowRanks.put(module + ".weight", lowRank(module, config, adapter, base));
      } else if (name.endsWith(B)) {
        String module = name.substring(0, name.length() - B.length());
        requireCounterpart(adapter, key, PREFIX + module + A);
      } else if (("." + name).contains(".lora_")) {
        throw wrong(
            adapter, key, "is of a kind that is not supported; known are *" + A + " and *" + B);
      } else {
        whole.put(name, adapter.get(key));
      }
    }
    for (String weight : lowRanks.keySet()) {
      if (whole.containsKey(weight)) {
        throw wrong(
            adapter, PREFIX + weight, "is stored whole and as a difference; leave one of them out");
      }
    }
    return new LoraAdapter(lowRanks, whole);
  }

  private static LowRank lowRank(
      String module, LoraConfig config, SafeTensors adapter, SafeTensors base) {
    String keyA = PREFIX + module + A;
    String keyB = PREFIX + module + B;
    Tensor a = adapter.get(keyA);
    requireCounterpart(adapter, keyA, keyB);
    Tensor b = adapter.get(keyB);
    String weight = module + ".weight";
    if (!base.contains(weight)) {
      throw wrong(
          adapter,
          keyA,
          "is for '"
              + weight
              + "', which the base "
              + base.source()
              + " does not have; give the base that the adapter was trained on");
    }
    Tensor w = base.get(weight);
    if (w.shape().rank() < 2) {
      throw wrong(
          adapter,
          keyA,
          "of shape "
              + a.shape()
              + " is for '"
              + weight
              + "' of shape "
              + w.shape()
              + "; only linear layers and convolutions can have a low-rank difference");
    }
    int rank = config.rank(module);
    if (a.shape().dim(0) != rank) {
      throw wrong(
          adapter,
          keyA,
          "has shape "
              + a.shape()
              + ", but rank "
              + rank
              + " by "
              + config.file()
              + "; the two files must be of one adapter");
    }
    String fit = "'" + weight + "' of shape " + w.shape() + " in " + base.source();
    requireShape(adapter, keyA, a, with(w.shape().toArray(), rank), fit);
    int[] thin = new int[w.shape().rank()];
    Arrays.fill(thin, 1);
    thin[1] = rank;
    requireShape(adapter, keyB, b, with(thin, w.shape().dim(0)), fit);
    return new LowRank(a, b, config.scale(module));
  }

  private static int[] with(int[] dims, int first) {
    dims[0] = first;
    return dims;
  }

  private static void requireShape(
      SafeTensors adapter, String key, Tensor t, int[] dims, String fit) {
    Shape expected = Shape.of(dims);
    if (!t.shape().equals(expected)) {
      throw wrong(
          adapter, key, "has shape " + t.shape() + ", but " + expected + " is needed for " + fit);
    }
    if (!t.type().isFloat()) {
      throw wrong(adapter, key, "is " + t.type() + ", expected F32, F16 or BF16");
    }
  }

  private static void requireCounterpart(SafeTensors adapter, String key, String other) {
    if (!adapter.contains(other)) {
      throw wrong(
          adapter,
          key,
          "has no counterpart '" + other + "'; the file is incomplete, save it again");
    }
  }

  private static CheckpointException wrong(SafeTensors adapter, String key, String problem) {
    return new CheckpointException(adapter.source() + ": tensor '" + key + "' " + problem);
  }
}
