package dev.tandem.kernels.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The threads that share out the Java parts of one lane's work: the lane's own, and the device's
 * others where no other lane uses them. Each has a workspace of its own.
 */
final class Team {
  private final DeviceThreads threads;
  private final List<Workspace> workspaces = new ArrayList<>();

  /**
   * A team.
   *
   * @param size 1 where every thread of the device has a lane of its own, else their number
   */
  Team(DeviceThreads threads, int size) {
    this.threads = threads;
    for (int i = 0; i < size; i++) {
      workspaces.add(new Workspace());
    }
  }

  int size() {
    return workspaces.size();
  }

  /** Some of a piece of work that can be shared out. */
  @FunctionalInterface
  interface Part {
    /** Does the {@code i}-th part. */
    void run(int i, Workspace workspace);
  }

  /** Does parts {@code [0, count)}, each thread a run of neighbours. */
  Kernel kernel(int count, Part part) {
    int members = Math.min(workspaces.size(), count);
    Runnable[] tasks = new Runnable[members];
    for (int m = 0; m < members; m++) {
      int first = count * m / members;
      int end = count * (m + 1) / members;
      Workspace workspace = workspaces.get(m);
      tasks[m] =
          () -> {
            for (int i = first; i < end; i++) {
              part.run(i, workspace);
            }
          };
    }
    return members == 1 ? tasks[0]::run : () -> threads.runFromFirst(tasks);
  }
}
