package dev.tandem.stages.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * {@code adapter_config.json} of Hugging Face's PEFT (see its {@code LoraConfig}). What would give
 * other weights than {@code W + scale B A} is refused.
 *
 * @param base folder of the part that the adapter is a difference from
 * @param ranks the rank of modules whose name a pattern fits, where it is not {@code rank}
 * @param alphas likewise for {@code alpha}
 * @param rankStabilised whether {@code alpha} is divided by the root of the rank
 */
record LoraConfig(
    Path file,
    Path base,
    int rank,
    double alpha,
    boolean rankStabilised,
    Map<Pattern, Integer> ranks,
    Map<Pattern, Double> alphas) {
  static final String FILE = "adapter_config.json";

  private static final String BASE = "base_model_name_or_path";

  /** Each makes other weights, or the same in another way, when it is set. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "use_dora",
          "fan_in_fan_out",
          "lora_bias",
          "use_qalora",
          "use_bdlora",
          "alora_invocation_tokens",
          "arrow_config",
          "kasa_config",
          "monteclora_config",
          "layer_replication",
          "target_parameters",
          "trainable_token_indices");

  /** The beginnings of training that leave the base as it is. */
  private static final Set<String> INITS = Set.of("true", "false", "gaussian", "eva", "orthogonal");

  LoraConfig {
    // Without Map.copyOf: as in PEFT, the first pattern that fits counts.
    ranks = new LinkedHashMap<>(ranks);
    alphas = new LinkedHashMap<>(alphas);
    ranks.values().forEach(r -> requireRank(file, r));
    requireRank(file, rank);
  }

  /** Whether a part's weights are an adapter. */
  static boolean isIn(Path folder) {
    return ModelFile.isThere(folder.resolve(FILE));
  }

  /**
   * Reads the config in an adapter's folder.
   *
   * @throws CheckpointException if a value is missing, wrong or not supported, or the base is not a
   *     folder with whole weights
   */
  static LoraConfig read(Path folder) {
    Config c = Config.read(folder.resolve(FILE));
    requireSupported(c);
    return new LoraConfig(
        c.file(),
        base(folder, c),
        c.require("r", c::integer),
        c.require("lora_alpha", c::number),
        c.flag("use_rslora").orElse(false),
        patterns(c, "rank_pattern", (values, key) -> values.require(key, values::integer)),
        patterns(c, "alpha_pattern", (values, key) -> values.require(key, values::number)));
  }

  int rank(String module) {
    return first(ranks, module, rank);
  }

  /** What the product of a module's two matrices is multiplied with. */
  float scale(String module) {
    double r = rank(module);
    return (float) (first(alphas, module, alpha) / (rankStabilised ? Math.sqrt(r) : r));
  }

  private static <T> T first(Map<Pattern, T> patterns, String module, T otherwise) {
    return patterns.entrySet().stream()
        .filter(e -> e.getKey().matcher(module).matches())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(otherwise);
  }

  private static void requireSupported(Config c) {
    String type = c.require("peft_type", c::text);
    if (!type.equals("LORA")) {
      throw unsupported(c, "peft_type", type, "LORA");
    }
    c.text("bias")
        .filter(b -> !b.equals("none"))
        .ifPresent(
            b -> {
              throw unsupported(c, "bias", b, "none");
            });
    for (String key : UNSUPPORTED) {
      JsonNode v = c.json().path(key);
      if (v.isContainerNode() ? !v.isEmpty() : v.asBoolean() || v.isTextual()) {
        throw unsupported(c, key, v.toString(), "false or null");
      }
    }
    String init = c.json().path("init_lora_weights").asText("true");
    if (!INITS.contains(init) && !c.json().path("init_lora_weights").isNull()) {
      throw unsupported(c, "init_lora_weights", init, "one of " + INITS.stream().sorted().toList());
    }
  }

  private static CheckpointException unsupported(
      Config c, String key, String value, String supported) {
    return new CheckpointException(
        c.file()
            + ": key '"
            + key
            + "' is "
            + value
            + ", which is not supported (only "
            + supported
            + "); merge the adapter into its base with PEFT's merge_and_unload() and save the"
            + " whole part");
  }

  private static Path base(Path folder, Config c) {
    String path = c.require(BASE, c::text);
    Path base = folder.resolve(path).normalize();
    if (!Files.isDirectory(base)) {
      throw new CheckpointException(
          c.file()
              + ": '"
              + BASE
              + "' is '"
              + path
              + "', but there is no folder "
              + base
              + "; put the base model there, or give the path from the adapter's folder to it");
    }
    if (isIn(base)) {
      throw new CheckpointException(
          c.file()
              + ": '"
              + BASE
              + "' is '"
              + path
              + "', which is itself an adapter (it has "
              + FILE
              + "); a base must have whole weights, so merge it with PEFT's merge_and_unload()");
    }
    return base;
  }

  /** PEFT's {@code get_pattern_key}: an expression for the end of a module's name. */
  private static <T> Map<Pattern, T> patterns(Config c, String key, Value<T> value) {
    Map<Pattern, T> out = new LinkedHashMap<>();
    JsonNode json = c.json().path(key);
    if (json.isMissingNode() || json.isNull()) {
      return out;
    }
    if (!json.isObject()) {
      throw new CheckpointException(
          c.file() + ": key '" + key + "' is " + json + ", expected an object");
    }
    Config values = new Config(c.file(), json);
    for (Map.Entry<String, JsonNode> e : json.properties()) {
      try {
        out.put(Pattern.compile("(.*\\.)?(" + e.getKey() + ")"), value.read(values, e.getKey()));
      } catch (PatternSyntaxException wrong) {
        throw new CheckpointException(
            c.file()
                + ": key '"
                + key
                + "' has '"
                + e.getKey()
                + "', which is no regular expression: "
                + wrong.getDescription(),
            wrong);
      }
    }
    return out;
  }

  @FunctionalInterface
  private interface Value<T> {
    T read(Config values, String key);
  }

  private static void requireRank(Path file, int rank) {
    if (rank < 1) {
      throw new CheckpointException(file + ": the rank must be at least 1, got " + rank);
    }
  }
}
