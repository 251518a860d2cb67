package dev.tandem.devices;

import dev.tandem.graph.DType;
import dev.tandem.graph.Node;
import java.util.List;

/**
 * How a device computes a product of a graph, by the device's own record.
 *
 * @param node the operation, as compiled
 * @param implementation what the device's driver or library calls it, for example {@code
 *     brg_conv_fwd:avx512_core_vnni}
 * @param operands the type in which it reads both of its operands
 * @param multiplyAdds that the operation takes in a run, directly computed
 */
public record ProductKernel(Node node, String implementation, DType operands, long multiplyAdds) {

  /** The part of all multiply-adds whose operands are of a type, 0 to 1. */
  public static double share(List<ProductKernel> products, DType type) {
    long all = products.stream().mapToLong(ProductKernel::multiplyAdds).sum();
    long typed =
        products.stream()
            .filter(p -> p.operands == type)
            .mapToLong(ProductKernel::multiplyAdds)
            .sum();
    return all == 0 ? 0 : (double) typed / all;
  }
}
