package dev.tandem.orchestrator.simulate;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.simulate.SimulatedDevices.Purpose;
import java.util.Comparator;
import java.util.List;

/** What the stages do with a picture: the runs they ask devices for, and the host's part. */
final class SimulatedWork {
  private static final String ENCODE = "encode";
  private static final String DENOISE = "denoise";
  private static final String DECODE = "decode";

  private final Job job;
  private final SimulationCosts costs;
  private final EventQueue events;
  private final SimulatedDevices devices;

  SimulatedWork(Job job, SimulationCosts costs, EventQueue events, SimulatedDevices devices) {
    this.job = job;
    this.costs = costs;
    this.events = events;
    this.devices = devices;
  }

  /** Encodes the prompts that this picture is the first to need. */
  void encode(List<String> candidates, int picture, Runnable done) {
    encode(candidates, picture, encodings(picture), done);
  }

  private void encode(List<String> candidates, int picture, int left, Runnable done) {
    if (left == 0) {
      done.run();
      return;
    }
    unit(
        soonest(candidates, Work.TEXT),
        new Purpose(Work.TEXT, ENCODE, picture, 0),
        () -> encode(candidates, picture, left - 1, done));
  }

  /** A prompt is encoded once: the first picture has its own and the negative one. */
  private int encodings(int picture) {
    int first = job.guided() ? Math.min(2, job.prompts()) : 1;
    if (picture == 0) {
      return first;
    }
    return picture <= job.prompts() - first ? 1 : 0;
  }

  /** Does the steps from {@code step} on until {@code end}. */
  void denoise(DenoisePart part, int picture, int step, int end, Runnable done) {
    if (step >= end) {
      done.run();
      return;
    }
    Runnable next = () -> denoise(part, picture, step + 1, end, done);
    if (part.unconditional().isEmpty() || !job.guided()) {
      unit(part.device(), new Purpose(Work.STEP, DENOISE, picture, step), next);
      return;
    }
    Purpose half = new Purpose(Work.HALF_STEP, DENOISE, picture, step);
    double hostNs = costs.hostNs(Work.HALF_STEP, part.device());
    int[] left = {2};
    Runnable join =
        () -> {
          left[0]--;
          if (left[0] == 0) {
            events.after(hostNs, next);
          }
        };
    for (String device : List.of(part.device(), part.unconditional().orElseThrow())) {
      devices.run(device, half, costs.deviceNs(Work.HALF_STEP, device), join);
    }
  }

  void decode(List<String> candidates, int picture, Runnable done) {
    unit(soonest(candidates, Work.DECODE), new Purpose(Work.DECODE, DECODE, picture, 0), done);
  }

  /** Where it is expected to be finished first. */
  private String soonest(List<String> candidates, Work work) {
    return candidates.stream()
        .min(Comparator.comparingDouble(d -> devices.backlogNs(d) + costs.ns(work, d)))
        .orElseThrow();
  }

  /** A run on a device, then the host's part of it. */
  private void unit(String device, Purpose purpose, Runnable done) {
    devices.run(
        device,
        purpose,
        costs.deviceNs(purpose.work(), device),
        () -> events.after(costs.hostNs(purpose.work(), device), done));
  }
}
