package dev.tandem.conformance.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executables;
import dev.tandem.devices.Tensor;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DecodeStage;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.TextStage;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.random.TorchGenerator;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import dev.tandem.stages.text.ClipTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A picture from a prompt by a whole model: token ids, text embedding, the noise that the seed
 * draws, the latents after every step, the picture.
 *
 * @param index of the picture in {@code golden.json} and before the dot in the tensors' names
 * @param request prompt, negative prompt, seed, steps, guidance, scheduler config
 */
record EndToEndCase(String name, Path folder, int index, JsonNode request)
    implements GoldenCase.OnDevice {
  private static final Set<String> TENSORS =
      Set.of("input_ids", "text", "noise", "latents", "image");
  private static final Set<String> KEYS =
      Set.of(
          "prompt",
          "negative",
          "seed",
          "steps",
          "guidance",
          "guidance_rescale",
          "sampler",
          "scheduler");

  /** One case for each entry of {@code golden.json}; what no case covers is unknown. */
  static List<GoldenCase> of(String name, Path folder) {
    List<GoldenCase> cases = new ArrayList<>();
    JsonNode requests = GoldenJson.read(folder.resolve("golden.json"));
    Set<String> unknown = new TreeSet<>();
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"))) {
      unknown.addAll(golden.names());
    }
    for (int i = 0; i < requests.size(); i++) {
      Set<String> keys = new TreeSet<>();
      requests.get(i).fieldNames().forEachRemaining(keys::add);
      keys.removeAll(KEYS);
      unknown.addAll(keys);
      for (String tensor : TENSORS) {
        unknown.remove(i + "." + tensor);
      }
      cases.add(new EndToEndCase(name + " " + i, folder, i, requests.get(i)));
    }
    if (!requests.isArray() || requests.isEmpty()) {
      cases.add(new GoldenCase.Unknown(name, "golden.json is not a list of pictures"));
    }
    if (!unknown.isEmpty()) {
      cases.add(new GoldenCase.Unknown(name, "unknown tensors or keys " + unknown));
    }
    return cases;
  }

  @Override
  public List<Check> run(Device device) {
    ModelFolder model = ModelFolder.open(folder);
    ModelPlan plan = ModelPlan.of(model);
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
        Executables executables = new Executables(device);
        TextStage text = new TextStage(plan, executables, CompileOptions.DEFAULT);
        DenoiseStage denoise = new DenoiseStage(plan, executables, CompileOptions.DEFAULT);
        DecodeStage decode = new DecodeStage(plan, executables, CompileOptions.DEFAULT)) {
      List<Check> checks = new ArrayList<>();
      checks.add(ids(model, tensor(golden, "input_ids"), device));
      Conditioning prompt = text.encode(request.path("prompt").asText(), Runner.DIRECT, w -> {});
      Conditioning negative =
          text.encodeNegative(request.path("negative").asText(""), Runner.DIRECT, w -> {});
      checks.add(relative("text", device, prompt.hidden(), tensor(golden, "text"), Bounds.NETWORK));

      Tensor noise = tensor(golden, "noise");
      float[] drawn =
          new TorchGenerator(request.path("seed").longValue())
              .randn(Math.toIntExact(noise.elements()));
      double noiseError = RandnCase.absoluteError(drawn, noise.toFloats());
      checks.add(Check.of(what("noise"), device.info().id(), noiseError, Bounds.RANDN));

      int height = noise.shape().dim(2);
      int width = noise.shape().dim(3);
      DenoiseStage.Job job =
          new DenoiseStage.Job(
              prompt,
              negative,
              new Guidance(
                  request.path("guidance").floatValue(),
                  request.path("guidance_rescale").asDouble(0)),
              request.path("seed").longValue(),
              height,
              width,
              sampler());
      List<float[]> trajectory = new ArrayList<>();
      float[] latents = denoise.denoise(job, Runner.DIRECT, (step, steps, x) -> trajectory.add(x));
      checks.add(latents(trajectory, tensor(golden, "latents"), device));

      float[] picture = decode.decode(latents, height, width, Runner.DIRECT);
      double error = RandnCase.absoluteError(picture, Nhwc.of(tensor(golden, "image")));
      checks.add(Check.of(what("image"), device.info().id(), error, Bounds.PICTURE));
      return checks;
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private Sampler sampler() {
    JsonNode scheduler = request.path("scheduler");
    return Samplers.fromDiffusers(
        scheduler.path("_class_name").asText(),
        scheduler,
        JsonNodeFactory.instance.objectNode(),
        request.path("steps").asInt());
  }

  private Check ids(ModelFolder model, Tensor expected, Device device) {
    int[] ids =
        ClipTokenizer.open(model.component("tokenizer").folder())
            .encode(request.path("prompt").asText())
            .paddedArray();
    boolean same = Arrays.equals(ids, expected.toInts());
    return Check.of(what("input_ids"), device.info().id(), same ? 0 : 1, Bounds.EXACT);
  }

  /** The largest error of any step, each relative to its own largest magnitude. */
  private Check latents(List<float[]> trajectory, Tensor expected, Device device) {
    float[] all = Nhwc.of(expected);
    int size = all.length / expected.shape().dim(0);
    if (trajectory.size() != expected.shape().dim(0)) {
      return Check.failed(
          what("latents"),
          device.info().id(),
          trajectory.size() + " steps, expected " + expected.shape().dim(0));
    }
    double worst = 0;
    for (int i = 0; i < trajectory.size(); i++) {
      float[] step = Arrays.copyOfRange(all, i * size, (i + 1) * size);
      worst = Math.max(worst, OpCaseRunner.error(trajectory.get(i), step));
    }
    return Check.of(what("latents"), device.info().id(), worst, Bounds.LATENTS);
  }

  private Check relative(
      String tensor, Device device, float[] actual, Tensor expected, double bound) {
    double error = OpCaseRunner.error(actual, Nhwc.of(expected));
    return Check.of(what(tensor), device.info().id(), error, bound);
  }

  private Tensor tensor(SafeTensors golden, String tensor) {
    return golden.get(index + "." + tensor);
  }

  private String what(String tensor) {
    return name + "." + tensor;
  }
}
