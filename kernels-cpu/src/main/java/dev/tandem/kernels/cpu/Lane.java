package dev.tandem.kernels.cpu;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Node;
import java.util.List;

/** The work of one thread: the kernels of every node, for the lane's part of the batch. */
final class Lane {
  /** The kernels of one node. */
  record Step(Node node, List<Kernel> kernels) {}

  private final OpenMp openMp;
  private final int openMpThreads;
  private final Step[] steps;

  Lane(OpenMp openMp, int openMpThreads, List<Step> steps) {
    this.openMp = openMp;
    this.openMpThreads = openMpThreads;
    this.steps = steps.toArray(new Step[0]);
  }

  void run() {
    openMp.setThreads(openMpThreads);
    for (Step s : steps) {
      run(s);
    }
  }

  void run(OpSpans spans) {
    openMp.setThreads(openMpThreads);
    for (Step s : steps) {
      long start = System.nanoTime();
      run(s);
      spans.span(s.node(), start, System.nanoTime());
    }
  }

  private static void run(Step s) {
    try {
      List<Kernel> kernels = s.kernels();
      for (int i = 0; i < kernels.size(); i++) { // an iterator would be garbage
        kernels.get(i).run();
      }
    } catch (DeviceException e) {
      throw new DeviceException("failed at " + s.node() + ": " + e.getMessage(), e);
    }
  }
}
