package dev.tandem.planning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which model a cost is of.
 *
 * @param name of its folder
 * @param digest of the configs of its networks; empty fits every model of the name
 * @param form in which its U-Net is quantised, which costs differently; empty for real numbers
 */
public record ModelId(String name, Optional<String> digest, String form) {
  private static final int DIGITS = 12;
  private static final String NOTE = "_"; // such keys say where a config comes from
  private static final ObjectMapper SORTED =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  /**
   * Models whose networks have the same configs cost the same, whatever their weights.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a config cannot be read
   */
  static ModelId of(ModelFolder folder) {
    Map<String, Object> configs = new TreeMap<>();
    for (String part : new TreeSet<>(folder.classNames().keySet())) {
      if (isNetwork(part)) {
        Component c = folder.component(part);
        configs.put(part + " " + c.className(), withoutNotes(c.config().json()));
      }
    }
    String name = folder.folder().toAbsolutePath().normalize().getFileName().toString();
    return new ModelId(name, Optional.of(digest(configs)), "");
  }

  /**
   * A model in the form in which it is computed; a cache is no matter of it.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a config cannot be read
   */
  public static ModelId of(ModelPlan plan) {
    ModelId folder = of(plan.folder());
    return new ModelId(folder.name, folder.digest, plan.options().quantization().text());
  }

  /** What the model is called where a stage's costs stand: the other stages are as they were. */
  public String name(CostStage stage) {
    return stage == CostStage.UNET && !form.isEmpty() ? name + " " + form : name;
  }

  private static boolean isNetwork(String part) {
    return !part.equals("scheduler") && !part.startsWith("tokenizer");
  }

  private static Object withoutNotes(JsonNode config) {
    ObjectNode kept = config.deepCopy();
    kept.properties().removeIf(e -> e.getKey().startsWith(NOTE));
    return SORTED.convertValue(kept, Object.class);
  }

  private static String digest(Map<String, Object> configs) {
    try {
      byte[] text = SORTED.writeValueAsString(configs).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(hash).substring(0, DIGITS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("configs were read as JSON", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
