package dev.tandem.stages;

import dev.tandem.graph.Graph;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A stage of a model: what it compiles, known without a device.
 *
 * @param key {@link #TEXT}, {@link #IMAGE}, {@link #DENOISE} or {@link #DECODE}
 * @param parts what runs, in this order
 */
public record StagePlan(String key, List<Part> parts) {
  /** Prompts to conditioning. */
  public static final String TEXT = "text";

  /** A picture to latents. */
  public static final String IMAGE = "image";

  /** Noise or noisy latents to latents. */
  public static final String DENOISE = "denoise";

  /** Latents to a picture. */
  public static final String DECODE = "decode";

  public StagePlan {
    parts = List.copyOf(parts);
  }

  /** How a part's graph is built. */
  @FunctionalInterface
  public interface Builder {
    /**
     * The graph for a batch of pictures or prompts.
     *
     * @param width of the picture, pixels
     * @param height of the picture, pixels
     */
    Graph graph(int batch, int width, int height);
  }

  /**
   * A network.
   *
   * @param name what messages and keys of executables call it; each part of a model has another
   * @param component the part of the model folder that has its weights
   * @param runs for a unit of the stage, on average over a picture; if that depends on the picture,
   *     the most
   */
  public record Part(String name, String component, double runs, Builder builder) {
    /** One that runs once for each unit. */
    public Part(String name, String component, Builder builder) {
      this(name, component, 1, builder);
    }

    /** The same with graphs that are rewritten. */
    Part with(UnaryOperator<Graph> rewrite) {
      return new Part(name, component, runs, (b, w, h) -> rewrite.apply(builder.graph(b, w, h)));
    }
  }

  /**
   * The graphs that a run compiles, in the order of {@link #parts}; those of text do not depend on
   * the size.
   *
   * @param width of the picture, pixels
   * @param height of the picture, pixels
   */
  public List<Graph> graphs(int batch, int width, int height) {
    return parts.stream().map(p -> p.builder.graph(batch, width, height)).toList();
  }

  /**
   * The batches that a picture may need. A guided step is one batch of two, or two of one where its
   * halves are computed apart.
   */
  public List<Integer> batches(boolean guided) {
    return guided && key.equals(DENOISE) ? List.of(2, 1) : List.of(1);
  }
}
