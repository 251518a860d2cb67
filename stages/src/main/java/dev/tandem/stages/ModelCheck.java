package dev.tandem.stages;

import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.checkpoint.CheckpointException;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.clip.ClipTextConfig;
import dev.tandem.stages.clip.ClipTextModel;
import dev.tandem.stages.quantize.Form;
import dev.tandem.stages.quantize.QuantizePass;
import dev.tandem.stages.unet.UNet2DConfig;
import dev.tandem.stages.vae.Vae;
import java.util.List;
import java.util.Optional;

/** Whether the parts of a model fit each other, and their weights the configs. */
final class ModelCheck {
  /** Of the graphs whose weights are looked at; any size has the same. */
  private static final int LATENTS = 8;

  private static final int COLOURS = 3;

  private final ModelParts parts;

  ModelCheck(ModelParts parts) {
    this.parts = parts;
  }

  /** Throws {@link CheckpointException} that names the files and both values. */
  void run() {
    channels();
    parts.text().forEach(this::tokens);
    conditioning();
    for (ModelParts.Text t : parts.text()) {
      weights(t.name(), t.model().graph(1, t.tokens(), t.outputs()));
    }
    Graph unet = parts.unet().graph(1, LATENTS, LATENTS, parts.tokens());
    Optional<Form> stored = part("unet").read(Form::stored);
    weights("unet", stored.map(form -> QuantizePass.apply(unet, form)).orElse(unet));
    Graph decoder = parts.vae().decode(1, LATENTS, LATENTS);
    weights("vae", decoder);
    int colours = decoder.output(Vae.IMAGE).shape().dim(-1);
    if (colours != COLOURS) {
      throw wrong("vae", "out_channels", colours, "pictures have 3");
    }
    if (parts.encodes()) {
      int pixels = LATENTS * parts.vae().scaleFactor();
      weights("vae", parts.vae().encode(1, pixels, pixels));
    }
  }

  private void channels() {
    UNet2DConfig unet = parts.unet().config();
    int latent = parts.vae().latentChannels();
    int in = unet.inChannels();
    if (in != latent) {
      String more = takes(in - latent, latent).map(what -> ": " + what).orElse("");
      throw wrong("unet", "in_channels", in, "the VAE's latents have " + latent + more);
    }
    if (unet.outChannels() != latent) {
      throw wrong("unet", "out_channels", unet.outChannels(), "the VAE's latents have " + latent);
    }
  }

  /** What a U-Net takes beside the latents, by how many channels it is. */
  private static Optional<String> takes(int more, int latent) {
    if (more == latent + 1) {
      return Optional.of(
          "an inpainting model needs a picture and a mask, which Tandem does not take");
    }
    if (more == latent) {
      return Optional.of(
          "a model that edits pictures (instruct-pix2pix) needs a picture, which Tandem does not"
              + " take");
    }
    if (more == 1) {
      return Optional.of("a depth-to-image model needs a depth map, which Tandem does not take");
    }
    return more == COLOURS
        ? Optional.of("an upscaling model needs a picture, which Tandem does not take")
        : Optional.empty();
  }

  private void tokens(ModelParts.Text t) {
    ClipTextConfig config = t.model().config();
    String tokenizer =
        parts.folder().component(t.name().replace("text_encoder", "tokenizer")).folder().toString();
    if (t.tokenizer().maxLength() != config.maxPositions()) {
      throw wrong(
          t.name(),
          "max_position_embeddings",
          config.maxPositions(),
          "its tokenizer "
              + tokenizer
              + " makes "
              + t.tokenizer().maxLength()
              + " tokens of every prompt (model_max_length)");
    }
    int id = t.tokenizer().maxId();
    if (id >= config.vocabSize()) {
      String token = t.tokenizer().decode(List.of(id));
      throw wrong(
          t.name(),
          "vocab_size",
          config.vocabSize(),
          "its tokenizer " + tokenizer + " gives '" + token + "' the id " + id);
    }
    if (t.tokens() != parts.tokens()) {
      throw wrong(
          t.name(),
          "max_position_embeddings",
          t.tokens(),
          "the other text encoder takes " + parts.tokens());
    }
  }

  private void conditioning() {
    UNet2DConfig unet = parts.unet().config();
    List<Integer> hidden = parts.text().stream().map(t -> t.model().config().hiddenSize()).toList();
    int sum = hidden.stream().mapToInt(Integer::intValue).sum();
    if (unet.contextDim() != sum) {
      throw wrong(
          "unet",
          "cross_attention_dim",
          unet.contextDim(),
          parts.text().size() == 1
              ? "the text encoder's hidden_size is " + sum
              : "the text encoders' hidden sizes " + hidden + " are " + sum + " together");
    }
    if (unet.textTime().isEmpty()) {
      return;
    }
    ModelParts.Text last = parts.text().getLast();
    if (parts.text().size() == 1) {
      throw wrong(
          "unet", "addition_embed_type", "text_time", "the model has no part 'text_encoder_2'");
    }
    if (!last.model().outputs().contains(ClipTextModel.TEXT_EMBEDS)) {
      throw new CheckpointException(
          part(last.name()).config().file()
              + ": the model has no projection, which the U-Net needs; expected a"
              + " CLIPTextModelWithProjection");
    }
    int text = unet.textTime().get().textDim();
    int projection = last.model().config().projectionDim();
    if (text != projection) {
      throw wrong(
          "unet",
          "projection_class_embeddings_input_dim",
          text + UNet2DConfig.TextTime.TIME_IDS * unet.textTime().get().timeDim(),
          "6 ids of "
              + unet.textTime().get().timeDim()
              + " channels and the projection_dim "
              + projection
              + " of "
              + last.name()
              + " are another number (a refiner, which has 5 ids, is not supported)");
    }
  }

  /** From the headers: nothing of the weights is read. */
  private void weights(String name, Graph graph) {
    try (ModelWeights weights = part(name).weights()) {
      for (Node weight : graph.weights()) {
        weights.require(weight);
      }
    }
  }

  private Component part(String name) {
    return parts.folder().component(name);
  }

  private CheckpointException wrong(String name, String key, Object value, String but) {
    return new CheckpointException(
        part(name).config().file() + ": " + key + " is " + value + ", but " + but);
  }
}
