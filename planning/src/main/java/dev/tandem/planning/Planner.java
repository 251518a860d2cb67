package dev.tandem.planning;

import dev.tandem.devices.profile.Profile;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.PlacementException;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.planning.Plan.Nearest;
import dev.tandem.planning.Plan.Placed;
import dev.tandem.planning.Plan.Refused;
import dev.tandem.planning.simulate.MemoryNeed;
import dev.tandem.planning.simulate.SimulationCosts;
import dev.tandem.planning.simulate.Simulator;
import dev.tandem.planning.strategy.Strategies;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.sampling.Samplers;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Compares strategies for jobs of one model on one machine.
 *
 * @param options precision and memory limits of the run
 */
public record Planner(Profile profile, ModelPlan plan, RunOptions options) {
  /** The smallest tile worth decoding, pixels each way. */
  private static final int LEAST_TILE = 64;

  /** The part of a tile that its neighbour computes as well, as diffusers has it. */
  private static final double TILE_OVERLAP = 0.25;

  /** A planner for a model in single precision, with all of the devices' memory. */
  public static Planner open(Profile profile, Path folder) {
    return open(profile, folder, RunOptions.DEFAULT);
  }

  /**
   * A planner for a model.
   *
   * @param folder of the model, in the diffusers layout
   * @throws dev.tandem.stages.checkpoint.CheckpointException if it cannot be read
   */
  public static Planner open(Profile profile, Path folder, RunOptions options) {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(folder), options.model());
    plan.requireOwnSampler();
    return new Planner(profile, plan, options);
  }

  /**
   * What a job of a model costs according to a profile of the machine.
   *
   * @param folder of the model, in the diffusers layout; its own sampler is not asked for
   * @param options precision and memory limits of the run
   * @throws dev.tandem.stages.checkpoint.CheckpointException if it cannot be read
   */
  public static ProfileCosts costs(Profile profile, Path folder, RunOptions options, Job job) {
    return new Planner(profile, ModelPlan.of(ModelFolder.open(folder), options.model()), options)
        .costs(job);
  }

  /**
   * The job of making a number of pictures of one kind.
   *
   * @param prompts how many different ones, the negative prompt not counted
   * @param evaluations of the U-Net for each picture
   * @param request its size and guidance count; size 0 is the model's own
   */
  public Job job(int pictures, int prompts, int evaluations, Request request) {
    boolean guided = plan.guided(request.guidance());
    int width;
    int height;
    try {
      width = plan.width(request.width());
      height = plan.height(request.height());
      if (plan.options().cache().takesOver()) {
        var scheduler = plan.folder().scheduler().config().json();
        plan.requireCachePays(evaluations, Samplers.of(scheduler, evaluations).name());
      }
    } catch (IllegalArgumentException e) {
      throw new RequestException(e.getMessage());
    }
    Request.requireSize(width, height);
    return new Job(pictures, prompts + (guided ? 1 : 0), evaluations, guided, width, height);
  }

  /** Costs of a job. */
  public ProfileCosts costs(Job job) {
    return new ProfileCosts(profile, ModelId.of(plan), plan, options, job);
  }

  /**
   * Compares.
   *
   * @param devices of the profile that may be used
   * @param strategies by name
   * @throws PlacementException if a device or a strategy does not exist
   */
  public Plan compare(Job job, List<String> devices, List<String> strategies) {
    ProfileCosts costs = costs(job);
    devices.forEach(costs::memoryBytes); // an unknown device is the user's error, not a refusal
    strategies.forEach(Strategies::of);
    return new Plan(
        job, strategies.stream().map(name -> option(name, job, devices, costs)).toList());
  }

  private Plan.Option option(String name, Job job, List<String> devices, ProfileCosts costs) {
    try {
      return placed(name, job, Strategies.of(name).place(job, devices, costs), costs);
    } catch (PlacementException e) {
      return new Refused(name, e.getMessage(), Optional.empty());
    }
  }

  /** A given placement as an option under a name: simulated, or refused for lack of memory. */
  public Plan.Option placed(String name, Job job, Placement placement, ProfileCosts costs) {
    MemoryNeed need = MemoryNeed.of(job, placement, costs);
    if (need.fits()) {
      return new Placed(name, placement, Simulator.run(job, placement, costs));
    }
    return new Refused(
        name,
        "not enough memory: " + String.join("; ", need.problems()),
        nearest(job, placement, costs));
  }

  /** The least change that fits: decoding in tiles as large as possible, else other devices. */
  private Optional<Nearest> nearest(Job job, Placement placement, ProfileCosts costs) {
    for (int tile = Math.max(job.width(), job.height()) / 2; tile >= LEAST_TILE; tile /= 2) {
      Optional<Nearest> fits = tiled(job, placement, costs, tile);
      if (fits.isPresent()) {
        return fits;
      }
    }
    return elsewhere(job, costs);
  }

  private Optional<Nearest> tiled(Job job, Placement placement, ProfileCosts costs, int tile) {
    int latents = tile / plan.scaleFactor();
    int width = Math.min(latents * plan.scaleFactor(), job.width());
    int height = Math.min(latents * plan.scaleFactor(), job.height());
    int tiles = tiles(job.width(), width) * tiles(job.height(), height);
    Job one =
        new Job(job.pictures(), job.prompts(), job.evaluations(), job.guided(), width, height);
    SimulationCosts saving = new SavingCosts(costs, costs(one), tiles);
    MemoryNeed need = MemoryNeed.of(job, placement, saving);
    if (!need.fits()) {
      return Optional.empty();
    }
    String change =
        String.format(
            Locale.ROOT,
            "decode in %d tiles of %d x %d pixels (--vae-tiling on --vae-tile %d): %.3g pictures/s",
            tiles,
            width,
            height,
            latents,
            Simulator.run(job, placement, saving).picturesPerSecond());
    return Optional.of(new Nearest(change, placement, need));
  }

  /** Tiles that cover a picture, each overlapping the next. */
  private static int tiles(int picture, int tile) {
    if (tile >= picture) {
      return 1;
    }
    int overlap = (int) (tile * TILE_OVERLAP);
    return Math.ceilDiv(picture - overlap, tile - overlap);
  }

  /** The best placement on any devices of the machine. */
  private Optional<Nearest> elsewhere(Job job, ProfileCosts costs) {
    List<String> all = profile.devices().stream().map(d -> d.id()).toList();
    try {
      Placement p = Strategies.of("auto").place(job, all, costs);
      return Optional.of(
          new Nearest("use " + p.devices() + " instead", p, MemoryNeed.of(job, p, costs)));
    } catch (PlacementException e) {
      return Optional.empty(); // the refusal already says what is missing
    }
  }
}
