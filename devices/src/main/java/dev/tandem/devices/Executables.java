package dev.tandem.devices;

import dev.tandem.graph.Graph;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What is compiled on a device: kept as long as there is room, and closed in the order of last use
 * where there is none. An executable is valid until the next call of {@link #get} with another key,
 * which may close it: what it computed is read before. One thread at a time, the device's.
 */
public final class Executables implements AutoCloseable {
  private static final int MOST = 16;

  private final Device device;

  /** The least recently used first. */
  private final LinkedHashMap<Key, Executable> kept = new LinkedHashMap<>();

  private int compiled;
  private long peak;
  private long beside;

  /**
   * What an executable was compiled from.
   *
   * @param model tells models apart, also two of one name
   * @param part of the model
   * @param shape what the part's graph depends on: batch and size, for example
   */
  public record Key(String model, String part, List<Integer> shape, CompileOptions options) {
    public Key {
      shape = List.copyOf(shape);
    }
  }

  /** Of a device on which nothing else is compiled. */
  public Executables(Device device) {
    this.device = device;
  }

  public Device device() {
    return device;
  }

  /** Whether {@link #get} would not have to compile. */
  public boolean holds(Key key) {
    return kept.containsKey(key);
  }

  /**
   * The executable of a key; compiled if it is not kept, which may close others.
   *
   * @param graph asked for only to compile
   * @throws DeviceMemoryException if the device has no room for it even alone
   * @throws DeviceException if the device cannot do it
   */
  public Executable get(Key key, Supplier<Graph> graph, Weights weights) {
    Executable known = kept.get(key);
    if (known == null) {
      known = compile(key, graph.get(), weights);
    }
    kept.putLast(key, known);
    return known;
  }

  private Executable compile(Key key, Graph graph, Weights weights) {
    makeRoom(graph, key.options);
    Executable made;
    try {
      made = device.compile(graph, weights, key.options);
    } catch (DeviceMemoryException | OutOfMemoryError e) {
      if (kept.isEmpty() || !isShortOfMemory(e)) {
        throw e;
      }
      closeAll();
      made = device.compile(graph, weights, key.options);
    }
    compiled++;
    peak = Math.max(peak, used() + made.memory().total());
    return made;
  }

  /** Closes what was not used for longest until the new one fits, or nothing is left. */
  private void makeRoom(Graph graph, CompileOptions options) {
    if (kept.size() == MOST) {
      closeEldest();
    }
    // Alone it need not be estimated: compiling finds out whether it fits.
    if (kept.isEmpty() || fits(GraphMemory.rough(device, graph, options))) {
      return;
    }
    Executable.MemoryUse need = device.estimate(graph, options);
    while (!kept.isEmpty() && !fits(need)) {
      closeEldest();
    }
  }

  private boolean fits(Executable.MemoryUse need) {
    return device.memoryLimit().fits(need, used());
  }

  private long used() {
    return beside + kept.values().stream().mapToLong(e -> e.memory().total()).sum();
  }

  private void closeEldest() {
    kept.pollFirstEntry().getValue().close();
  }

  /** Whether that was thrown for want of the device's memory; the Java heap is not the device's. */
  public static boolean isShortOfMemory(Throwable thrown) {
    String text = String.valueOf(thrown.getMessage());
    boolean heap = text.startsWith("Java heap space") || text.startsWith("GC overhead");
    return thrown instanceof DeviceMemoryException || (thrown instanceof OutOfMemoryError && !heap);
  }

  /** Memory of what is kept under a key, bytes; 0 if nothing is. */
  public long bytes(Key key) {
    return kept.entrySet().stream()
        .filter(e -> e.getKey().equals(key))
        .mapToLong(e -> e.getValue().memory().total())
        .sum();
  }

  /** Closes what is kept under a key, if anything is. */
  public void close(Key key) {
    Optional.ofNullable(kept.remove(key)).ifPresent(Executable::close);
  }

  /** Closes all but some parts of a model: what is to come needs the room. */
  public void keepOnly(String model, Set<String> parts) {
    List<Key> others =
        kept.keySet().stream()
            .filter(k -> !k.model.equals(model) || !parts.contains(k.part))
            .toList();
    others.forEach(this::close);
  }

  /**
   * Says how much a stage holds beside what is compiled, in the same memory; 0 when it is let go.
   *
   * @param bytes in the host's memory; of no account where the device has its own
   */
  public void beside(long bytes) {
    beside = device.info().type().usesHostMemory() ? bytes : 0;
    peak = Math.max(peak, used());
  }

  /** The most that was in use at one time so far, bytes. */
  public long peak() {
    return peak;
  }

  /** How many were compiled so far. */
  public int compiled() {
    return compiled;
  }

  /** Closes all of a model. */
  public void closeModel(String model) {
    kept.keySet().stream().filter(k -> k.model.equals(model)).toList().forEach(this::close);
  }

  private void closeAll() {
    while (!kept.isEmpty()) {
      closeEldest();
    }
  }

  /** Closes all that was compiled; the device stays open. */
  @Override
  public void close() {
    closeAll();
  }
}
