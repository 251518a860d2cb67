package dev.tandem.conformance.golden;

import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.clip.ClipVisionModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The cases of a model's parts, from the names of the tensors in {@code golden.safetensors}: {@code
 * text.NAME}, {@code text_2.NAME}, {@code vision.NAME}, {@code unet.TAG.NAME}, {@code
 * vae.TAG.NAME}.
 */
final class ModelCases {
  private final String name;
  private final Path folder;
  private final List<GoldenCase> cases = new ArrayList<>();

  private ModelCases(String name, Path folder) {
    this.name = name;
    this.folder = folder;
  }

  static List<GoldenCase> of(String name, Path folder) {
    ModelCases all = new ModelCases(name, folder);
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"))) {
      Map<String, Set<String>> groups = new TreeMap<>();
      for (String tensor : golden.names()) {
        groups.computeIfAbsent(group(tensor), g -> new TreeSet<>()).add(tensor);
      }
      groups.forEach(all::add);
    }
    if (all.cases.isEmpty()) {
      all.unknown("golden.safetensors", "holds no tensor");
    }
    return all.cases;
  }

  /**
   * {@code unet.odd.sample} belongs to {@code unet.odd.}, {@code text.input_ids} to {@code text.}
   */
  private static String group(String tensor) {
    int dot = tensor.indexOf('.');
    boolean tagged = tensor.startsWith("unet.") || tensor.startsWith("vae.");
    int end = tagged ? tensor.indexOf('.', dot + 1) : dot;
    return tensor.substring(0, end + 1);
  }

  private void add(String prefix, Set<String> tensors) {
    Set<String> names =
        tensors.stream()
            .map(t -> t.substring(prefix.length()))
            .collect(Collectors.toCollection(TreeSet::new));
    String kind = prefix.isEmpty() ? "" : prefix.substring(0, prefix.indexOf('.'));
    switch (kind) {
      case "text" -> text(prefix, "text_encoder", names);
      case "text_2" -> text(prefix, "text_encoder_2", names);
      case "vision" -> vision(prefix, names);
      case "unet" -> unet(prefix, names);
      case "vae" -> vae(prefix, names);
      default -> unknown(tensors.toString(), "unknown tensors");
    }
  }

  private void text(String prefix, String part, Set<String> names) {
    names.remove(TextEncoderCase.INPUT_IDS);
    if (havePart(prefix, part, names)) {
      cases.add(new TextEncoderCase(name, folder, part, prefix, Set.copyOf(names)));
    }
  }

  private void vision(String prefix, Set<String> names) {
    names.remove(ClipVisionModel.PIXEL_VALUES);
    if (havePart(prefix, ImageEncoderCase.PART, names)) {
      cases.add(new ImageEncoderCase(name, folder, Set.copyOf(names)));
    }
  }

  private void unet(String prefix, Set<String> names) {
    names.removeAll(UNetCase.INPUTS);
    if (havePart(prefix, "unet", names)) {
      cases.add(new UNetCase(name, folder, prefix, Set.copyOf(names)));
    }
  }

  private void vae(String prefix, Set<String> names) {
    Set<String> unknown = new TreeSet<>(names);
    unknown.removeAll(VaeCase.TENSORS);
    if (!unknown.isEmpty()) {
      unknown(prefix, "unknown tensors " + unknown);
    }
    if (havePart(prefix, "vae", names)) {
      cases.add(new VaeCase(name, folder, prefix, Set.copyOf(names)));
    }
  }

  private boolean havePart(String prefix, String part, Set<String> outputs) {
    if (!Files.isDirectory(folder.resolve(part))) {
      unknown(prefix, "golden tensors, but no folder " + part);
      return false;
    }
    if (outputs.isEmpty()) {
      unknown(prefix, "no golden outputs");
      return false;
    }
    return true;
  }

  private void unknown(String what, String problem) {
    cases.add(new GoldenCase.Unknown(name + " " + what, problem));
  }
}
