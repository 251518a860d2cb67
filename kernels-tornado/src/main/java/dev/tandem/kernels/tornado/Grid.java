package dev.tandem.kernels.tornado;

import java.util.List;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.WorkerGrid3D;

/**
 * Work-items of a kernel.
 *
 * @param axes how many axes count, 1 to 3
 * @param x along the first axis, and so on; {@code localX} of them form a group
 */
record Grid(int axes, int x, int y, int z, int localX, int localY, int localZ) {
  private static final int FLAT = 64;

  /** At least {@code count} in a row. */
  static Grid flat(long count) {
    return new Grid(1, Math.toIntExact((count + FLAT - 1) / FLAT * FLAT), 1, 1, FLAT, 1, 1);
  }

  /** Groups of {@code items}, so many along three axes. */
  static Grid groups(int items, int x, int y, int z) {
    return new Grid(3, Math.multiplyExact(items, x), y, z, items, 1, 1);
  }

  /** Sizes along one to three axes; the local ones divide the global ones. */
  static Grid of(List<Long> global, List<Long> local) {
    return new Grid(
        global.size(),
        extent(global, 0),
        extent(global, 1),
        extent(global, 2),
        extent(local, 0),
        extent(local, 1),
        extent(local, 2));
  }

  private static int extent(List<Long> sizes, int axis) {
    return axis < sizes.size() ? Math.toIntExact(sizes.get(axis)) : 1;
  }

  WorkerGrid workers() {
    WorkerGrid grid =
        switch (axes) {
          case 1 -> new WorkerGrid1D(x);
          case 2 -> new WorkerGrid2D(x, y);
          default -> new WorkerGrid3D(x, y, z);
        };
    grid.setLocalWork(localX, localY, localZ);
    return grid;
  }
}
