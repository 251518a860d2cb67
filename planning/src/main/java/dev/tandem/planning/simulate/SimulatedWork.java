package dev.tandem.planning.simulate;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.planning.simulate.SimulatedDevices.Purpose;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the stages do with a picture: the runs they ask devices for, and the host's part. */
final class SimulatedWork {
  private static final String ENCODE = "encode";
  private static final String DENOISE = "denoise";
  private static final String DECODE = "decode";
  private static final int NEGATIVE = -1;

  private final Job job;
  private final SimulationCosts costs;
  private final EventQueue events;
  private final SimulatedDevices devices;
  private final Commitments commitments;
  private final Set<Integer> encoded = new HashSet<>();

  SimulatedWork(
      Job job,
      SimulationCosts costs,
      EventQueue events,
      SimulatedDevices devices,
      Commitments commitments) {
    this.job = job;
    this.costs = costs;
    this.events = events;
    this.devices = devices;
    this.commitments = commitments;
  }

  /** The prompts of a picture that nobody has encoded yet: its own and the negative one. */
  List<Integer> missing(int picture) {
    int prompts = Math.max(1, job.prompts() - (job.guided() ? 1 : 0));
    List<Integer> keys = new ArrayList<>(List.of(picture % prompts));
    if (job.guided()) {
      keys.add(NEGATIVE);
    }
    keys.removeAll(encoded);
    return keys;
  }

  /** Encodes what is not known when its turn comes. */
  void encode(String device, int committed, int picture, Runnable done) {
    List<Integer> keys = missing(picture);
    if (keys.isEmpty()) {
      commitments.add(device, Work.TEXT, -committed);
      done.run();
      return;
    }
    unit(
        device,
        new Purpose(Work.TEXT, ENCODE, picture, 0),
        () -> {
          encoded.add(keys.getFirst());
          encode(device, committed, picture, done);
        });
  }

  /** Whether the halves of a step are computed on two devices. */
  boolean split(DenoisePart part) {
    return part.unconditional().isPresent() && job.guided();
  }

  /** The devices of a part and what each does in a step. */
  List<String> devices(DenoisePart part) {
    return split(part)
        ? List.of(part.unconditional().orElseThrow(), part.device())
        : List.of(part.device());
  }

  Work work(DenoisePart part) {
    return split(part) ? Work.HALF_STEP : Work.STEP;
  }

  /** Does the steps from {@code step} on until {@code end}. */
  void denoise(DenoisePart part, int picture, int step, int end, Runnable done) {
    if (step >= end) {
      done.run();
      return;
    }
    Work work = work(part);
    List<String> on = devices(part);
    int[] left = {on.size()};
    Runnable join =
        () -> {
          left[0]--;
          if (left[0] == 0) {
            on.forEach(d -> commitments.add(d, work, -1));
            events.after(
                costs.hostNs(work, part.device()),
                () -> denoise(part, picture, step + 1, end, done));
          }
        };
    for (String device : on) {
      devices.run(
          device, new Purpose(work, DENOISE, picture, step), costs.deviceNs(work, device), join);
    }
  }

  void decode(String device, int picture, Runnable done) {
    unit(
        device,
        new Purpose(Work.DECODE, DECODE, picture, 0),
        () -> {
          commitments.add(device, Work.DECODE, -1);
          done.run();
        });
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
