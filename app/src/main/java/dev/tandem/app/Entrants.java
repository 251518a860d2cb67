package dev.tandem.app;

import dev.tandem.devices.profile.Profile;
import dev.tandem.orchestrator.compare.Comparer;
import dev.tandem.orchestrator.compare.Contestant;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.placement.PlacementJson;
import dev.tandem.orchestrator.placement.StageCosts;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.planning.Planner;
import dev.tandem.planning.simulate.SimulationCosts;
import dev.tandem.planning.simulate.Simulator;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.planning.strategy.Strategy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Who takes part in a comparison: strategies placed for the job, and placements of the user's.
 *
 * @param job what the requests come to
 * @param contestants the sequential loop first, then the others as they were named
 */
record Entrants(Job job, List<Contestant> contestants) {

  /** What the user asked for. */
  record Asked(
      Path model,
      RunOptions options,
      List<Request> requests,
      List<String> devices,
      List<String> strategies,
      List<Path> placements,
      Optional<Path> profile) {}

  /**
   * Times the work alone, then places every strategy.
   *
   * @throws UsageException if a strategy that was named cannot be used
   */
  static Entrants of(Asked asked, PrintWriter err) {
    List<String> strategies = asked.strategies;
    List<String> devices = asked.devices;
    List<Path> placements = asked.placements;
    List<Strategy> wanted =
        strategies.isEmpty()
            ? Strategies.all()
            : strategies.stream().map(name -> Strategies.of(name.strip())).toList();
    Set<String> names = new LinkedHashSet<>();
    wanted.forEach(s -> require(names, s.name()));
    List<Placement> own = placements.stream().map(PlacementJson::read).toList();
    placements.forEach(p -> require(names, p.getFileName().toString()));
    Known known = Known.of(asked, err);
    Job job = known.job;
    StageCosts costs = known.costs;
    List<Contestant> all = new ArrayList<>();
    String fastest = Strategies.of("single").place(job, devices, costs).devices().getFirst();
    all.add(Contestant.sequential(fastest, OptionalDouble.of(oneAtATime(job, costs, fastest))));
    for (Strategy s : wanted) {
      try {
        all.add(entrant(s.name(), s.description(), s.place(job, devices, costs), job, costs));
      } catch (PlacementException e) {
        if (!strategies.isEmpty()) {
          throw new UsageException(e.getMessage());
        }
        err.println("tandem: leaving out " + s.name() + ": " + e.getMessage());
      }
    }
    for (int i = 0; i < own.size(); i++) {
      String file = placements.get(i).getFileName().toString();
      all.add(entrant(file, "the placement of " + file, own.get(i), job, costs));
    }
    return new Entrants(job, all);
  }

  /** What placing and predicting needs. */
  private record Known(Job job, StageCosts costs) {

    /** From the profile, or from timing the work on every device now. */
    static Known of(Asked asked, PrintWriter err) {
      List<String> timed =
          asked.profile.isPresent() ? List.of(asked.devices.getFirst()) : asked.devices;
      err.println("timing the work alone on " + String.join(", ", timed));
      err.flush();
      Comparer.Calibration now =
          Comparer.calibrate(asked.model, asked.options, asked.requests, timed);
      if (asked.profile.isEmpty()) {
        return new Known(now.job(), now.costs());
      }
      Profile machine = Profiles.load(asked.profile.get().toString());
      return new Known(now.job(), Planner.costs(machine, asked.model, asked.options, now.job()));
    }
  }

  private static Contestant entrant(
      String name, String description, Placement placement, Job job, StageCosts costs) {
    double rate = Simulator.run(job, placement, SimulationCosts.of(costs)).picturesPerSecond();
    return new Contestant(name, description, placement, false, OptionalDouble.of(rate));
  }

  /** Pictures/s of a loop in which nothing overlaps. */
  private static double oneAtATime(Job job, StageCosts costs, String device) {
    double encodes = (double) job.prompts() / job.pictures();
    double ns =
        encodes * costs.ns(Work.TEXT, device)
            + (double) job.evaluations() * costs.ns(Work.STEP, device)
            + costs.ns(Work.DECODE, device);
    return 1e9 / ns;
  }

  private static void require(Set<String> names, String name) {
    if (!names.add(name)) {
      throw new UsageException("'" + name + "' is named twice");
    }
  }
}
