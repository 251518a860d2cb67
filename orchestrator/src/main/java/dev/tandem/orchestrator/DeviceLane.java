package dev.tandem.orchestrator;

import dev.tandem.devices.Device;
import dev.tandem.orchestrator.timeline.RunRecording;
import dev.tandem.orchestrator.timeline.Timeline;
import dev.tandem.stages.Runner;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A device that several stages may share: one at a time, first come first served, with every run on
 * the timeline.
 */
final class DeviceLane {
  private final String id;
  private final Device device;
  private final ReentrantLock turn = new ReentrantLock(true);

  DeviceLane(String id, Device device) {
    this.id = id;
    this.device = device;
  }

  String id() {
    return id;
  }

  Device device() {
    return device;
  }

  /** Runs executables of one picture for a stage. */
  Runner runner(Timeline timeline, String stage, int picture) {
    return (executable, step) -> {
      turn.lock();
      RunRecording recording = timeline.startRun(stage, id, picture, step);
      try {
        executable.run(recording.opSpans());
      } finally {
        recording.end();
        turn.unlock();
      }
    };
  }

  /** Does something on the device that is not part of a picture: compiling, closing. */
  <T> T exclusively(Supplier<T> work) {
    turn.lock();
    try {
      return work.get();
    } finally {
      turn.unlock();
    }
  }
}
