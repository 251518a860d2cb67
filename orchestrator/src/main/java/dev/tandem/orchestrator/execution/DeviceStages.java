package dev.tandem.orchestrator.execution;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executables;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.EncodeStage;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.TextStage;
import java.util.Optional;

/**
 * The stages of a model at one device, each read when it is first needed. Reading does not use the
 * device, so it may be done while the device is at work.
 */
final class DeviceStages {
  private final ModelPlan model;
  private final Executables executables;
  private final CompileOptions options;
  private Optional<TextStage> text = Optional.empty();
  private Optional<EncodeStage> image = Optional.empty();
  private Optional<DenoiseStage> denoise = Optional.empty();
  private Optional<DecodeStage> decode = Optional.empty();

  DeviceStages(ModelPlan model, Executables executables, CompileOptions options) {
    this.model = model;
    this.executables = executables;
    this.options = options;
  }

  synchronized TextStage text() {
    if (text.isEmpty()) {
      text = Optional.of(new TextStage(model, executables, options));
    }
    return text.get();
  }

  synchronized EncodeStage image() {
    if (image.isEmpty()) {
      image = Optional.of(new EncodeStage(model, executables, options));
    }
    return image.get();
  }

  synchronized DenoiseStage denoise() {
    if (denoise.isEmpty()) {
      denoise = Optional.of(new DenoiseStage(model, executables, options));
    }
    return denoise.get();
  }

  synchronized DecodeStage decode() {
    if (decode.isEmpty()) {
      decode = Optional.of(new DecodeStage(model, executables, options));
    }
    return decode.get();
  }

  /** Frees everything; on the thread that uses the device. */
  synchronized void close() {
    executables.closeModel(model.id());
    text.ifPresent(TextStage::close);
    image.ifPresent(EncodeStage::close);
    denoise.ifPresent(DenoiseStage::close);
    decode.ifPresent(DecodeStage::close);
  }
}
