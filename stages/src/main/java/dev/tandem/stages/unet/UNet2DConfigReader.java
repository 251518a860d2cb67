package dev.tandem.stages.unet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.layers.ConfigReader;
import dev.tandem.stages.unet.UNet2DConfig.Level;
import dev.tandem.stages.unet.UNet2DConfig.TextTime;
import dev.tandem.stages.unet.UNet2DConfig.Time;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@link UNet2DConfig}: defaults, per-level lists, and refusal of what is not built. */
final class UNet2DConfigReader {
  private static final String CROSS_DOWN = "CrossAttnDownBlock2D";
  private static final String CROSS_UP = "CrossAttnUpBlock2D";

  /** Of SSD-1B and Segmind-Vega; diffusers builds it of one residual block. */
  private static final String RESNET_MID = "UNetMidBlock2D";

  private static final String DEPTHS = "transformer_layers_per_block";
  private static final String REVERSE_DEPTHS = "reverse_transformer_layers_per_block";

  private final ConfigReader r;
  private final List<Integer> channels;
  private final int levels;

  UNet2DConfigReader(JsonNode config) {
    r = new ConfigReader("UNet2DConditionModel", config);
    channels = r.integers("block_out_channels", List.of(320, 640, 1280, 1280));
    levels = channels.size();
  }

  UNet2DConfig read() {
    refuseUnsupported();
    int groups = r.integer("norm_num_groups", 32, 1);
    for (int c : channels) {
      if (c % groups != 0) {
        throw r.error("norm_num_groups", "is " + groups + ", which does not divide " + c);
      }
    }
    // In published files the number called attention_head_dim is the number of heads.
    String headsKey = r.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim";
    List<Integer> heads = r.perLevel(headsKey, levels, 8);
    List<Integer> layers = r.perLevel("layers_per_block", levels, 2);
    List<Boolean> onlyCross = r.flagPerLevel("only_cross_attention", levels);
    Time time = time();
    UNet2DConfig config =
        new UNet2DConfig(
            r.integer("in_channels", 4, 1),
            r.integer("out_channels", 4, 1),
            sampleSize(),
            r.flag("center_input_sample", false),
            oddKernel("conv_in_kernel"),
            oddKernel("conv_out_kernel"),
            r.integer("downsample_padding", 1, 0),
            groups,
            r.number("norm_eps", 1e-5f),
            r.activation("act_fn", "silu"),
            r.flag("use_linear_projection", false),
            contextDim(),
            time,
            textTime(),
            down(heads, layers, onlyCross),
            mid(heads),
            up(heads, layers, onlyCross));
    r.refuseUnknown();
    return config;
  }

  private void refuseUnsupported() {
    r.only("mid_block_scale_factor", 1);
    r.only("encoder_hid_dim");
    r.only("encoder_hid_dim_type");
    r.only("dual_cross_attention", false);
    r.only("class_embed_type");
    r.only("num_class_embeds");
    r.only("resnet_time_scale_shift", "default");
    r.only("resnet_skip_time_act", false);
    r.only("resnet_out_scale_factor", 1);
    r.only("time_embedding_type", "positional");
    r.only("time_embedding_act_fn");
    r.only("timestep_post_act");
    r.only("attention_type", "default");
    r.only("class_embeddings_concat", false);
    r.only("mid_block_only_cross_attention", false);
    r.only("cross_attention_norm");
    // Training and precision only: sums are F32 on every device.
    r.irrelevant("dropout", "upcast_attention", "addition_embed_type_num_heads");
    r.irrelevant("attention_head_dim"); // read below, unless num_attention_heads replaces it
    r.irrelevant("quantization_config"); // how the weights are stored: Form.stored reads it
  }

  private Time time() {
    return new Time(
        channels.getFirst(),
        r.integer("time_embedding_dim", 4 * channels.getFirst(), 1),
        r.flag("flip_sin_to_cos", true),
        r.number("freq_shift", 0),
        r.integer("time_cond_proj_dim", 0, 1));
  }

  private Optional<TextTime> textTime() {
    r.only("addition_embed_type", "text_time");
    r.irrelevant("addition_time_embed_dim", "projection_class_embeddings_input_dim");
    if (!r.has("addition_embed_type")) {
      return Optional.empty();
    }
    int timeDim = r.required("addition_time_embed_dim");
    int in = r.required("projection_class_embeddings_input_dim");
    int text = in - TextTime.TIME_IDS * timeDim;
    if (text < 1) {
      throw r.error(
          "projection_class_embeddings_input_dim",
          "is "
              + in
              + ", too small for 6 time ids of "
              + timeDim
              + " channels and a text embedding");
    }
    return Optional.of(new TextTime(text, timeDim));
  }

  private int contextDim() {
    List<Integer> dims = r.perLevel("cross_attention_dim", levels, 1280);
    if (Set.copyOf(dims).size() > 1) {
      throw r.error("cross_attention_dim", "is " + dims + ", supported: one size for all levels");
    }
    return dims.getFirst();
  }

  private List<Integer> sampleSize() {
    JsonNode v = r.value("sample_size");
    if (v.isArray()) {
      return r.perLevel("sample_size", 2, 1);
    }
    return v.isMissingNode() ? List.of() : Collections.nCopies(2, r.required("sample_size"));
  }

  private int oddKernel(String key) {
    int k = r.integer(key, 3, 1);
    if (k % 2 == 0) {
      throw r.error(key, "is " + k + ", supported: odd sizes");
    }
    return k;
  }

  private List<Level> down(List<Integer> heads, List<Integer> layers, List<Boolean> onlyCross) {
    List<String> fallback = List.of(CROSS_DOWN, CROSS_DOWN, CROSS_DOWN, "DownBlock2D");
    List<String> types = types("down_block_types", fallback, Set.of(CROSS_DOWN, "DownBlock2D"));
    List<Level> out = new ArrayList<>();
    for (int i = 0; i < levels; i++) {
      int n = layers.get(i);
      List<Integer> depths =
          types.get(i).equals(CROSS_DOWN) ? depths(i, n) : Collections.nCopies(n, 0);
      out.add(new Level(channels.get(i), depths, heads.get(i), onlyCross.get(i)));
    }
    return out;
  }

  private Optional<Level> mid(List<Integer> heads) {
    r.only("mid_block_type", "UNetMidBlock2DCrossAttn", RESNET_MID);
    if (r.isExplicitNull("mid_block_type")) {
      return Optional.empty();
    }
    if (r.value("mid_block_type").asText().equals(RESNET_MID)) {
      return Optional.of(new Level(channels.getLast(), List.of(), heads.getLast(), false));
    }
    // diffusers gives this block one transformer, and never only_cross_attention.
    List<Integer> depths = depths(levels - 1, 1).subList(0, 1);
    return Optional.of(new Level(channels.getLast(), depths, heads.getLast(), false));
  }

  private List<Level> up(List<Integer> heads, List<Integer> layers, List<Boolean> onlyCross) {
    List<String> fallback = List.of("UpBlock2D", CROSS_UP, CROSS_UP, CROSS_UP);
    List<String> types = types("up_block_types", fallback, Set.of(CROSS_UP, "UpBlock2D"));
    List<Level> out = new ArrayList<>();
    for (int i = 0; i < levels; i++) {
      int from = levels - 1 - i;
      int n = layers.get(from) + 1;
      List<Integer> depths =
          types.get(i).equals(CROSS_UP) ? upDepths(i, n) : Collections.nCopies(n, 0);
      out.add(new Level(channels.get(from), depths, heads.get(from), onlyCross.get(from)));
    }
    return out;
  }

  private List<String> types(String key, List<String> fallback, Set<String> allowed) {
    List<String> types = r.words(key, fallback, allowed);
    if (types.size() != levels) {
      throw r.error(key, "names " + types.size() + " blocks, block_out_channels " + levels);
    }
    return types;
  }

  /** Transformer depth of each of {@code n} layers of a level, counted from the finest. */
  private List<Integer> depths(int level, int n) {
    JsonNode v = r.value(DEPTHS);
    return v.isArray() ? depths(DEPTHS, entry(DEPTHS, v, level), n) : depths(DEPTHS, v, n);
  }

  private List<Integer> upDepths(int upLevel, int n) {
    if (r.has(REVERSE_DEPTHS)) {
      return depths(REVERSE_DEPTHS, entry(REVERSE_DEPTHS, r.value(REVERSE_DEPTHS), upLevel), n);
    }
    int level = levels - 1 - upLevel;
    if (r.value(DEPTHS).path(level).isArray()) {
      throw r.error(REVERSE_DEPTHS, "is missing; nested lists in '" + DEPTHS + "' need it");
    }
    return depths(level, n);
  }

  private JsonNode entry(String key, JsonNode list, int i) {
    if (list.size() != levels) {
      throw r.error(key, "is " + list + ", expected " + levels + " values, one a level");
    }
    return list.get(i);
  }

  private List<Integer> depths(String key, JsonNode v, int n) {
    if (v.isMissingNode()) {
      return Collections.nCopies(n, 1);
    }
    if (!v.isArray()) {
      return Collections.nCopies(n, r.integer(key, v, 1));
    }
    if (v.size() < n) {
      throw r.error(key, "holds " + v + ", expected " + n + " values, one a layer");
    }
    List<Integer> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      out.add(r.integer(key, v.get(i), 1));
    }
    return out;
  }
}
