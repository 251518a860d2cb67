package dev.tandem.kernels.opencl;

import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;

/**
 * What a part of a batch sees of the caller's tensors: its own rows of each.
 *
 * @param memory of the whole batch
 * @param whole the whole batch's graph; the part's has the same nodes in the same order
 * @param part number of the part, from 0
 */
record CallerView(CallerMemory memory, Graph whole, int part) {
  /** True if the value is seen by the caller. */
  boolean holds(Node storage) {
    return memory.holds(whole.nodes().get(storage.id()));
  }

  /** Where the part's rows of the value lie. */
  Ref ref(Node storage) {
    Ref all = memory.ref(whole.nodes().get(storage.id()));
    return new Ref(all.buffer(), all.first() + part * storage.shape().elements());
  }
}
