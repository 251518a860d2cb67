package dev.tandem.devices.profile;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.json.FieldException;
import java.util.Optional;

/**
 * What one run of a stage costs. Which models and stages there are is known to those who measure
 * and plan, not here.
 *
 * @param model its name
 * @param modelDigest tells models of one name apart; absent: any of that name
 * @param stage its name
 * @param width of the picture, pixels
 * @param height of the picture, pixels
 * @param batch of the run
 * @param precision how weights and activations are stored; absent, also if F32 is given: F32
 * @param medianMillis the device computing, at least a nanosecond
 * @param madMillis median absolute deviation of that
 * @param hostMillis work of the stage's thread beside it: inputs, outputs, the sampler
 * @param compileMillis once, before the first run
 * @param memoryBytes weights, activations and scratch on the device
 */
public record StageCost(
    String model,
    Optional<String> modelDigest,
    String stage,
    int width,
    int height,
    int batch,
    Optional<Precision> precision,
    double medianMillis,
    double madMillis,
    double hostMillis,
    double compileMillis,
    long memoryBytes) {

  /** What a cost is the cost of; components as in {@link StageCost}. */
  public record Key(
      String model,
      Optional<String> modelDigest,
      String stage,
      int width,
      int height,
      int batch,
      Precision precision) {

    /** Whether both speak of the same model: one without a digest of every model of its name. */
    public boolean hasModelOf(Key other) {
      return model.equals(other.model)
          && (modelDigest.isEmpty()
              || other.modelDigest.isEmpty()
              || modelDigest.equals(other.modelDigest));
    }

    /** Whether both speak of the same run. */
    public boolean fits(Key other) {
      return hasModelOf(other)
          && stage.equals(other.stage)
          && width == other.width
          && height == other.height
          && batch == other.batch
          && precision == other.precision;
    }
  }

  public StageCost {
    FieldException.notBlank("model", model);
    modelDigest.ifPresent(d -> FieldException.notBlank("modelDigest", d));
    FieldException.notBlank("stage", stage);
    Range.COUNT.require("width", width);
    Range.COUNT.require("height", height);
    Range.COUNT.require("batch", batch);
    precision = precision.filter(p -> p != Precision.F32);
    Range.MILLIS.require("medianMillis", medianMillis);
    Range.AMOUNT.require("madMillis", madMillis);
    Range.AMOUNT.require("hostMillis", hostMillis);
    Range.AMOUNT.require("compileMillis", compileMillis);
    Range.BYTES_OR_NONE.require("memoryBytes", memoryBytes);
  }

  @JsonIgnore
  public Key key() {
    return new Key(
        model, modelDigest, stage, width, height, batch, precision.orElse(Precision.F32));
  }
}
