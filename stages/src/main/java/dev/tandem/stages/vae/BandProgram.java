package dev.tandem.stages.vae;

import dev.tandem.graph.Graph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A decoder that never holds a large map on a device, with the result of {@link Vae#decode}: what
 * works at the size of the latents (the attention among it) runs whole, then layer by layer over
 * bands of rows, with maps between the layers in the host's memory. Group norms have the statistics
 * of the whole map, and bands see as many rows of their neighbours as the convolution reads.
 *
 * <pre>
 *   latents --head--> map --step--> map --step--> ... --step--> image
 * </pre>
 *
 * @param head {@link Vae#LATENTS} to {@link BandStep#RESULT}
 * @param first name of the map that the head makes
 * @param steps the last makes {@link Vae#IMAGE}
 */
public record BandProgram(Graph head, String first, List<BandStep> steps) {
  public BandProgram {
    steps = List.copyOf(steps);
  }

  /** Extents of the map that the head makes. */
  public BandStep.Size size() {
    return BandStep.Size.of(head);
  }

  /** The same with other graphs: with the types of their weights, for example. */
  public BandProgram with(UnaryOperator<Graph> form) {
    return new BandProgram(form.apply(head), first, steps.stream().map(s -> s.with(form)).toList());
  }

  /** Bytes of maps in the host's memory while each step runs. */
  public List<Long> hostBytes() {
    Map<String, Long> maps = new LinkedHashMap<>();
    maps.put(first, size().bytes());
    List<Long> all = new ArrayList<>();
    for (BandStep s : steps) {
      if (!s.inPlace() && !s.ontoAddend()) {
        long own = s.from().equals(s.to()) ? maps.getOrDefault(s.to(), 0L) : 0;
        maps.put(s.to(), s.shape().bytes());
        all.add(own + maps.values().stream().mapToLong(Long::longValue).sum());
      } else {
        all.add(maps.values().stream().mapToLong(Long::longValue).sum());
      }
    }
    return all;
  }
}
