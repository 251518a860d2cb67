package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Node;

/** Numbers of rows that a caller writes: kernels cannot refuse them. */
record RowCheck(Node node, String input, int rows) {
  void check(Tensor ids) {
    for (int id : ids.toInts()) {
      if (id < 0 || id >= rows) {
        throw new DeviceException(
            node.op().kind()
                + " '"
                + node.name()
                + "': row "
                + id
                + " is outside the table of "
                + rows
                + " rows");
      }
    }
  }
}
