package dev.tandem.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The lab's studies by their names. */
public final class Studies {
  /** The study where none is named. */
  public static final String USUAL = "samplers";

  /** All studies of pictures together. */
  public static final String ALL = "all";

  private static final Setting SLOW = Setting.of("ddim", 1000);
  private static final Setting QUICK_SLOW = Setting.of("ddim", 100);
  private static final Setting EXACT = Setting.of("dpmpp_2m", 20);

  /** Studies that are not of pictures. */
  private static final List<CurveStudy> CURVES = List.of(new LatentStudy(), new MemoryStudy());

  private Studies() {}

  /** Names in the order in which they are explained. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(List.of(USUAL, "quantisation", "pruning", "caching"));
    CURVES.forEach(c -> names.add(c.name()));
    names.add(ALL);
    return names;
  }

  /**
   * The study of a name.
   *
   * @param quick whether two minutes are to suffice
   * @throws LabException if there is none, or the models that it needs are not there
   */
  public static Study named(String name, LabModels models, boolean quick) {
    return switch (name) {
      case USUAL -> samplers(models, quick);
      case "quantisation" -> quantisation(models);
      case "pruning" -> pruning(models);
      case "caching" -> caching();
      case ALL -> all(models, quick);
      default ->
          CURVES.stream()
              .filter(c -> c.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () -> new LabException("there is no study '" + name + "'; choose of " + names()));
    };
  }

  private static PictureStudy samplers(LabModels models, boolean quick) {
    List<Setting> settings = new ArrayList<>(quick ? Settings.quick() : Settings.full());
    models.students().forEach((name, folder) -> settings.addAll(Settings.ofStudent(name, folder)));
    return new PictureStudy(
        USUAL, "solvers, steps and students", quick ? QUICK_SLOW : SLOW, settings);
  }

  /** Many steps average errors out, few do not: so both, and a student. */
  private static PictureStudy quantisation(LabModels models) {
    List<Setting> exact = new ArrayList<>(List.of(EXACT, Setting.of("dpmpp_2m", 4)));
    models.students().entrySet().stream()
        .filter(s -> Settings.isConsistency(s.getValue()))
        .forEach(s -> exact.add(new Setting(s.getKey(), "lcm", 4)));
    List<Setting> settings =
        exact.stream()
            .flatMap(s -> Stream.of("", "+w8", "+w4", "+w8+a8").map(f -> Setting.parse(s + f)))
            .toList();
    return new PictureStudy(
        "quantisation", "types of the U-Net's weights and activations", EXACT, settings);
  }

  private static PictureStudy pruning(LabModels models) {
    if (models.pruned().isEmpty()) {
      throw new LabException(
          "the study 'pruning' needs a pruned model beside the model: name its folder with --pruned");
    }
    List<Setting> settings = new ArrayList<>(List.of(EXACT));
    models.pruned().keySet().forEach(name -> settings.add(new Setting(name, "dpmpp_2m", 20)));
    return new PictureStudy("pruning", "smaller U-Nets", EXACT, settings);
  }

  /** Beside the caches, the same sampler with fewer steps: what takes the same time. */
  private static PictureStudy caching() {
    List<Setting> settings =
        Settings.parse(
            "dpmpp_2m-20,dpmpp_2m-20+deep:2,dpmpp_2m-20+deep:3,dpmpp_2m-20+deep:5,"
                + "dpmpp_2m-20+first-block:0.05,dpmpp_2m-20+first-block:0.1,"
                + "dpmpp_2m-20+first-block:0.2,"
                + "dpmpp_2m-15,dpmpp_2m-12,dpmpp_2m-10,dpmpp_2m-7,dpmpp_2m-5");
    return new PictureStudy("caching", "features taken over from earlier steps", EXACT, settings);
  }

  private static PictureStudy all(LabModels models, boolean quick) {
    Map<String, PictureStudy> parts = new LinkedHashMap<>();
    parts.put(USUAL, samplers(models, quick));
    parts.put("quantisation", quantisation(models));
    if (!models.pruned().isEmpty()) {
      parts.put("pruning", pruning(models));
    }
    parts.put("caching", caching());
    LinkedHashSet<Setting> settings = new LinkedHashSet<>();
    parts.values().forEach(s -> settings.addAll(s.settings()));
    return new PictureStudy(
        ALL,
        "solvers, steps, precision, caches and students",
        parts.get(USUAL).reference(),
        List.copyOf(settings));
  }
}
