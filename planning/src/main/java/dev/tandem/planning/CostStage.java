package dev.tandem.planning;

import dev.tandem.devices.json.FieldException;
import dev.tandem.devices.profile.DeviceProfile;
import dev.tandem.devices.profile.Interference;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.stages.StagePlan;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The stages whose costs stand in profiles, and what they are called there. */
public enum CostStage {
  /** Text encoders, one prompt. */
  TEXT("text", Optional.of(StagePlan.TEXT)),
  /** One evaluation of the U-Net: guided in a batch of 2, half of it in one of 1. */
  UNET("unet", Optional.of(StagePlan.DENOISE)),
  /** Latents to pixels. */
  VAE("vae", Optional.of(StagePlan.DECODE)),
  /** The picture handed to its listener: on the host. */
  OUTPUT("output", Optional.empty());

  private final String key;
  private final Optional<String> planned;

  CostStage(String key, Optional<String> planned) {
    this.key = key;
    this.planned = planned;
  }

  /** Its key in a model's plan and in placements; none for what runs on no device. */
  public Optional<String> planned() {
    return planned;
  }

  /** Its name in profiles. */
  public String key() {
    return key;
  }

  /** The stage of a unit of work. */
  static CostStage of(Work work) {
    return Stream.of(values())
        .filter(s -> s.planned.filter(work.stage()::equals).isPresent())
        .findFirst()
        .orElseThrow();
  }

  /**
   * The stage of a cost.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static CostStage of(StageCost.Key cost) {
    return Stream.of(values())
        .filter(s -> s.key.equals(cost.stage()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(refusal(cost.stage())));
  }

  /**
   * Refuses a profile that names other stages: for {@code ProfileFile.load}.
   *
   * @throws FieldException that names the field
   */
  public static void require(Profile p) {
    for (int d = 0; d < p.devices().size(); d++) {
      DeviceProfile device = p.devices().get(d);
      require("devices[" + d + "].stages", device.stages());
    }
    require("host", p.host());
    for (int i = 0; i < p.interference().size(); i++) {
      Interference pair = p.interference().get(i);
      require("interference[" + i + "].stage", pair.stage());
      require("interference[" + i + "].whileStage", pair.whileStage());
    }
  }

  private static void require(String list, List<StageCost> costs) {
    for (int i = 0; i < costs.size(); i++) {
      require(list + "[" + i + "].stage", Optional.of(costs.get(i).stage()));
    }
  }

  private static void require(String field, Optional<String> name) {
    name.filter(n -> Stream.of(values()).noneMatch(s -> s.key.equals(n)))
        .ifPresent(
            n -> {
              throw new FieldException(field, refusal(n));
            });
  }

  private static String refusal(String name) {
    return "is not one of " + Stream.of(values()).map(s -> s.key).toList() + ", got '" + name + "'";
  }
}
