package dev.tandem.stages.checkpoint;

import dev.tandem.devices.Tensor;
import dev.tandem.devices.WeightException;
import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The weights of a base with a low-rank difference, in the files of Hugging Face's PEFT. All is
 * checked when it is opened, from the headers; a tensor is merged when it is first asked for, off
 * the Java heap, and kept until {@link #close}.
 */
final class LoraWeights implements ModelWeights {
  static final String FILE = "adapter_model.safetensors";

  private final SafeTensors base;
  private final SafeTensors adapter;
  private final LoraAdapter difference;
  private final Set<String> names;

  @SuppressWarnings("MustBeClosedChecker") // closed with this
  private final Arena arena = Arena.ofShared();

  private final Map<String, Tensor> merged = new ConcurrentHashMap<>();

  private LoraWeights(SafeTensors base, SafeTensors adapter, LoraAdapter difference) {
    this.base = base;
    this.adapter = adapter;
    this.difference = difference;
    Set<String> all = new LinkedHashSet<>(base.names());
    all.addAll(difference.whole().keySet());
    this.names = Collections.unmodifiableSet(all);
  }

  /**
   * Opens an adapter and the base that its config names.
   *
   * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors}
   * @throws CheckpointException if a file is missing or malformed, the two do not fit, or an option
   *     of PEFT is not supported
   */
  static LoraWeights open(Path folder) {
    LoraConfig config = LoraConfig.read(folder);
    Path file = folder.resolve(FILE);
    if (!ModelFile.isThere(file)) {
      throw WeightFiles.missing(folder, FILE);
    }
    SafeTensors base = SafeTensors.open(WeightFiles.find(config.base()));
    try {
      SafeTensors adapter = SafeTensors.open(file);
      try {
        return new LoraWeights(base, adapter, LoraAdapter.of(config, adapter, base));
      } catch (RuntimeException e) {
        adapter.close();
        throw e;
      }
    } catch (RuntimeException e) {
      base.close();
      throw e;
    }
  }

  @Override
  public Set<String> names() {
    return names;
  }

  @Override
  public boolean contains(String name) {
    return names.contains(name);
  }

  @Override
  public String source() {
    return adapter.source() + " on " + base.source();
  }

  @Override
  public Tensor get(String name) {
    Tensor whole = difference.whole().get(name);
    if (whole != null) {
      return whole;
    }
    if (!base.contains(name)) {
      throw new WeightException(
          source()
              + " has no tensor '"
              + name
              + "', neither in the base nor whole in the adapter; the adapter does not fit the"
              + " model's config, or lacks the module in its modules_to_save");
    }
    LowRank low = difference.lowRanks().get(name);
    return low == null
        ? base.get(name)
        : merged.computeIfAbsent(name, n -> low.merge(base.get(n), arena));
  }

  /** What is merged has the base's type: nothing has to be merged to know it. */
  @Override
  public DType type(String name) {
    return difference.lowRanks().containsKey(name) ? base.type(name) : get(name).type();
  }

  /** A difference has the shape of what it is added to: nothing has to be merged. */
  @Override
  public void require(Node weight) {
    if (difference.lowRanks().containsKey(weight.name())) {
      base.require(weight);
    } else {
      get(weight);
    }
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
    adapter.close();
    base.close();
  }
}
