package dev.tandem.devices.profile;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.devices.json.FieldException;

/**
 * What one run of a stage costs: one prompt encoded, one denoising step, one picture decoded or
 * handed out.
 *
 * @param model folder name of the model
 * @param width of the picture, pixels
 * @param height of the picture, pixels
 * @param batch of the run: a guided denoising step is 2, half of it 1
 * @param medianMillis the device computing, at least a nanosecond
 * @param madMillis median absolute deviation of that
 * @param hostMillis work of the stage's thread beside it: inputs, outputs, the sampler
 * @param compileMillis once, before the first run
 * @param memoryBytes weights, activations and scratch on the device
 */
public record StageCost(
    String model,
    Stage stage,
    int width,
    int height,
    int batch,
    double medianMillis,
    double madMillis,
    double hostMillis,
    double compileMillis,
    long memoryBytes) {

  /** The stages of a generation. */
  public enum Stage {
    /** Text encoders, one prompt. */
    @JsonProperty("text")
    TEXT,
    /** One evaluation of the U-Net. */
    @JsonProperty("unet")
    UNET,
    /** Latents to pixels. */
    @JsonProperty("vae")
    VAE,
    /** The picture handed to its listener: on the host. */
    @JsonProperty("output")
    OUTPUT
  }

  /** What a cost is the cost of. */
  public record Key(String model, Stage stage, int width, int height, int batch) {}

  public StageCost {
    FieldException.notBlank("model", model);
    Range.COUNT.require("width", width);
    Range.COUNT.require("height", height);
    Range.COUNT.require("batch", batch);
    Range.MILLIS.require("medianMillis", medianMillis);
    Range.AMOUNT.require("madMillis", madMillis);
    Range.AMOUNT.require("hostMillis", hostMillis);
    Range.AMOUNT.require("compileMillis", compileMillis);
    Range.BYTES_OR_NONE.require("memoryBytes", memoryBytes);
  }

  @JsonIgnore
  public Key key() {
    return new Key(model, stage, width, height, batch);
  }
}
