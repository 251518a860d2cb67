package dev.tandem.lab;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.graph.Graph;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.unet.UNet2DConditionModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Why a latent space pays: the model's U-Net on pixels and on latents of several kinds, by its work
 * and time; and what autoencoders of these kinds, trained alike, lose of real pictures.
 */
final class LatentStudy implements CurveStudy {
  /** Where the autoencoders lie, beside the judge. */
  private static final String AUTOENCODERS = "latent";

  /** Of pictures with guidance: 20 steps of two. */
  private static final int EVALUATIONS = 40;

  private static final int ROUNDS = 15;
  private static final int QUICK_ROUNDS = 3;
  private static final int QUICK_PICTURES = 48;

  @Override
  public String name() {
    return "latent";
  }

  @Override
  public String about() {
    return "what a diffusion model works on, from pixels to small latents";
  }

  @Override
  public Curves measure(Conditions conditions) {
    ModelPlan plan = ModelPlan.of(ModelFolder.open(conditions.model()));
    List<LatentSpace> spaces = LatentSpace.all();
    int pixels = plan.ownWidth();
    List<Graph> graphs = spaces.stream().map(s -> unet(plan, s, pixels)).toList();
    List<LatentCost> costs = graphs.stream().map(LatentCost::of).toList();
    try (Device device = Devices.open(conditions.device())) {
      List<Optional<Reconstruction>> vaes = new ArrayList<>();
      for (LatentSpace space : spaces) {
        vaes.add(reconstruct(space, conditions, pixels, device));
      }
      conditions.progress().accept("times of the U-Net in turns");
      List<Interval> seconds =
          conditions.stop().getAsBoolean()
              ? Collections.nCopies(spaces.size(), Interval.alone(Double.NaN))
              : new EvaluationTimes(device, graphs)
                  .measure(conditions.quick() ? QUICK_ROUNDS : ROUNDS, conditions.stop());
      List<LatentReport.Row> rows = new ArrayList<>();
      for (int i = 0; i < spaces.size(); i++) {
        rows.add(new LatentReport.Row(spaces.get(i), costs.get(i), seconds.get(i), vaes.get(i)));
      }
      return LatentText.of(
          new LatentReport(plan.name(), conditions.device(), pixels, EVALUATIONS, rows));
    }
  }

  /** The model's U-Net as it would be in another space: other first and last layers and sizes. */
  static Graph unet(ModelPlan plan, LatentSpace space, int pixels) {
    int side = space.side(pixels);
    return new UNet2DConditionModel(plan.unet().withLatents(space.channels(), side))
        .graph(1, side, side, plan.tokens());
  }

  private static Optional<Reconstruction> reconstruct(
      LatentSpace space, Conditions conditions, int pixels, Device device) {
    Path folder = conditions.judge().resolveSibling(AUTOENCODERS).resolve(space.name());
    if (!Files.isDirectory(folder) || conditions.stop().getAsBoolean()) {
      return Optional.empty();
    }
    HeldOut real = HeldOut.read(conditions.judge());
    if (real.size() != pixels) {
      throw new LabException(
          conditions.judge()
              + " has pictures of "
              + real.size()
              + " pixels, the model's are of "
              + pixels
              + "; give a judge of the model's size");
    }
    int count = conditions.quick() ? QUICK_PICTURES : real.images().size();
    List<float[]> images = real.images().stream().limit(count).toList();
    conditions.progress().accept(space.name() + ": " + images.size() + " real pictures and back");
    return Optional.of(Reconstruction.of(folder, space, images, pixels, device));
  }
}
