package dev.tandem.conformance.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.checkpoint.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds every case in a folder and the folders in it. What is no case, nor text about cases ({@code
 * .md}, {@code .py}, {@code .txt}, hidden files), becomes an {@link GoldenCase.Unknown}.
 */
final class GoldenFolder {
  private static final Set<String> TEXT = Set.of("md", "py", "txt");

  private final Path root;
  private final List<GoldenCase> cases = new ArrayList<>();

  private GoldenFolder(Path root) {
    this.root = root;
  }

  /** The cases, in the order of their paths; empty if there is nothing at all. */
  static List<GoldenCase> cases(Path root) {
    GoldenFolder all = new GoldenFolder(root.toAbsolutePath().normalize());
    all.folder(all.root);
    return all.cases;
  }

  private void folder(Path folder) {
    try {
      boolean golden = has(folder, "golden.safetensors");
      if (has(folder, "model_index.json") && has(folder, "golden.json")) {
        cases.addAll(EndToEndCase.of(name(folder), folder));
      } else if (golden && isImageToImage(folder)) {
        cases.addAll(
            ImageToImageCase.of(
                name(folder), folder, GoldenJson.read(folder.resolve("golden.json"))));
      } else if (golden) {
        cases.addAll(ModelCases.of(name(folder), folder));
      } else if (isTokenizer(folder)) {
        tokenizer(folder);
      } else if (has(folder, "model_index.json")) {
        unknown(folder, "a model without golden.json");
      } else {
        collection(folder);
      }
    } catch (RuntimeException e) {
      unknown(folder, "cannot be loaded: " + e.getMessage());
    }
  }

  private static boolean isImageToImage(Path folder) {
    Path json = folder.resolve("golden.json");
    return Files.isRegularFile(json) && ImageToImageCase.fits(GoldenJson.read(json));
  }

  /** A {@code tokenizer.json} alone may be strings for a tokenizer. */
  private static boolean isTokenizer(Path folder) {
    return has(folder, "vocab.json")
        || (has(folder, "tokenizer.json") && has(folder, "tokenizer_config.json"));
  }

  /** A tokenizer's strings are in its folder, or in files beside it. */
  private void tokenizer(Path folder) {
    if (has(folder, "golden.json")) {
      cases.add(new TokenizerCase(name(folder), folder, folder.resolve("golden.json")));
    } else if (strings(folder.getParent()).isEmpty()) {
      unknown(folder, "a tokenizer, but no golden.json in it and no strings beside it");
    }
  }

  private void collection(Path folder) {
    List<Path> entries = list(folder);
    Set<Path> known = new HashSet<>(strings(folder));
    List<Path> tokenizers = entries.stream().filter(GoldenFolder::isTokenizer).toList();
    for (Path strings : known) {
      if (tokenizers.size() == 1) {
        cases.add(new TokenizerCase(name(strings), tokenizers.getFirst(), strings));
      } else {
        unknown(strings, "strings for a tokenizer, but there are " + tokenizers.size() + " beside");
      }
    }
    for (Path entry : entries) {
      String file = entry.getFileName().toString();
      if (Files.isDirectory(entry)) {
        folder(entry);
      } else if (file.endsWith(".safetensors")) {
        tensors(entry).ifPresent(known::add);
      }
    }
    for (Path entry : entries) {
      String file = entry.getFileName().toString();
      if (Files.isRegularFile(entry)
          && !file.endsWith(".safetensors")
          && !TEXT.contains(file.substring(file.lastIndexOf('.') + 1))
          && !known.contains(entry)) {
        unknown(entry, "unknown kind of file");
      }
    }
  }

  /** Cases of a file of tensors; the JSON file that describes them, if there is one. */
  private java.util.Optional<Path> tensors(Path file) {
    Path json = file.resolveSibling(file.getFileName().toString().replace(".safetensors", ".json"));
    try (SafeTensors tensors = SafeTensors.open(file)) {
      if (tensors.names().stream().anyMatch(RandnCase::names)) {
        cases.add(new RandnCase(name(file), file));
      } else if (Files.isRegularFile(json) && GoldenJson.read(json).path("cases").isObject()) {
        samplers(file, GoldenJson.read(json).path("cases"), tensors.names());
        return java.util.Optional.of(json);
      } else {
        unknown(
            file,
            "unknown kind of tensors, for example " + tensors.names().stream().limit(3).toList());
      }
    } catch (RuntimeException e) {
      unknown(file, "cannot be loaded: " + e.getMessage());
    }
    return java.util.Optional.empty();
  }

  private void samplers(Path file, JsonNode descriptions, Set<String> tensors) {
    for (Map.Entry<String, JsonNode> e : descriptions.properties()) {
      cases.add(new SamplerCase(name(file) + " " + e.getKey(), e.getKey(), e.getValue(), file));
    }
    tensors.stream()
        .map(t -> t.substring(0, Math.max(0, t.lastIndexOf('/'))))
        .distinct()
        .filter(key -> !descriptions.has(key))
        .forEach(key -> unknown(file, "tensors '" + key + "/...' have no description"));
    if (descriptions.isEmpty()) {
      unknown(file, "no cases");
    }
  }

  private List<Path> strings(Path folder) {
    return list(folder).stream()
        .filter(f -> f.getFileName().toString().endsWith(".json") && Files.isRegularFile(f))
        .filter(f -> TokenizerCase.fits(GoldenJson.read(f)))
        .toList();
  }

  private void unknown(Path path, String problem) {
    cases.add(new GoldenCase.Unknown(name(path), problem));
  }

  /** The path below the root, or the root's own name. */
  private String name(Path path) {
    return path.equals(root)
        ? String.valueOf(root.getFileName())
        : root.relativize(path).toString().replace(".safetensors", "");
  }

  private static boolean has(Path folder, String file) {
    return Files.isRegularFile(folder.resolve(file));
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(e -> !e.getFileName().toString().startsWith(".")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }
}
