package dev.tandem.conformance.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Executables;
import dev.tandem.devices.cases.OpCaseRunner;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.DenoiseStage;
import dev.tandem.stages.Denoising;
import dev.tandem.stages.EncodeStage;
import dev.tandem.stages.EncodedPicture;
import dev.tandem.stages.Half;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.Runner;
import dev.tandem.stages.TextStage;
import dev.tandem.stages.checkpoint.ModelFolder;
import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.sampling.Guidance;
import dev.tandem.stages.sampling.Sampler;
import dev.tandem.stages.sampling.Samplers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A picture made from a picture by a whole model, with many samplers and strengths: how many
 * evaluations are left, the noisy latents before the first, the latents after the last.
 *
 * @param all {@code golden.json}: model, prompt, negative, guidance and the cases
 */
record ImageToImageCase(String name, Path folder, JsonNode all) implements GoldenCase.OnDevice {
  private static final Set<String> KEYS =
      Set.of("sampler", "seed", "steps", "strength", "eta", "evaluations", "scheduler");

  /** The case of a folder; what it does not look at is unknown. */
  static List<GoldenCase> of(String name, Path folder, JsonNode all) {
    List<GoldenCase> cases = new ArrayList<>();
    Set<String> unknown = new TreeSet<>();
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"))) {
      unknown.addAll(golden.names());
    }
    unknown.remove("image");
    for (int i = 0; i < all.path("cases").size(); i++) {
      unknown.remove(i + ".start");
      unknown.remove(i + ".latents");
      all.path("cases").get(i).fieldNames().forEachRemaining(unknown::add);
    }
    unknown.removeAll(KEYS);
    cases.add(new ImageToImageCase(name, folder, all));
    if (!unknown.isEmpty()) {
      cases.add(new GoldenCase.Unknown(name, "unknown tensors or keys " + unknown));
    }
    return cases;
  }

  static boolean fits(JsonNode json) {
    return json.path("model").isTextual() && json.path("cases").isArray();
  }

  @Override
  public List<Check> run(Device device) {
    Path model = folder.resolve(all.path("model").asText()).normalize();
    ModelPlan plan = ModelPlan.of(ModelFolder.open(model));
    CompileOptions options = CompileOptions.DEFAULT;
    try (SafeTensors golden = SafeTensors.open(folder.resolve("golden.safetensors"));
        Executables executables = new Executables(device);
        TextStage text = new TextStage(plan, executables, options);
        EncodeStage encode = new EncodeStage(plan, executables, options);
        DenoiseStage denoise = new DenoiseStage(plan, executables, options)) {
      Conditioning prompt = text.encode(all.path("prompt").asText(), Runner.DIRECT, w -> {});
      Conditioning negative =
          text.encodeNegative(all.path("negative").asText(), Runner.DIRECT, w -> {});
      int height = golden.get("image").shape().dim(2);
      int width = golden.get("image").shape().dim(3);
      EncodedPicture picture =
          encode.encode(Nhwc.of(golden.get("image")), height, width, Runner.DIRECT);
      List<Check> checks = new ArrayList<>();
      for (int i = 0; i < all.path("cases").size(); i++) {
        JsonNode request = all.path("cases").get(i);
        Sampler sampler = sampler(request);
        DenoiseStage.Job job =
            new DenoiseStage.Job(
                prompt,
                negative,
                Guidance.of(all.path("guidance").asDouble()),
                request.path("seed").longValue(),
                height / plan.scaleFactor(),
                width / plan.scaleFactor(),
                plan.course(
                    sampler, request.path("steps").asInt(), request.path("strength").asDouble()),
                Optional.of(picture));
        Denoising d = new Denoising(job, plan);
        String what = request.path("sampler").asText() + " " + request.path("strength").asText();
        boolean same = d.evaluations() == request.path("evaluations").asInt();
        checks.add(check(what + ".evaluations", device, same ? 0 : 1, Bounds.EXACT));
        double start = error(d, golden, i + ".start");
        checks.add(check(what + ".start", device, start, Bounds.NETWORK));
        while (!d.done()) {
          d.advance(denoise.evaluate(d, d.guided() ? Half.BOTH : Half.CONDITIONAL, Runner.DIRECT));
        }
        double last = error(d, golden, i + ".latents");
        checks.add(check(what + ".latents", device, last, Bounds.IMAGE_TO_IMAGE));
      }
      return checks;
    }
  }

  private static double error(Denoising d, SafeTensors golden, String tensor) {
    return OpCaseRunner.error(d.latents(), Nhwc.of(golden.get(tensor)));
  }

  private Check check(String what, Device device, double error, double bound) {
    return Check.of(name + "." + what, device.info().id(), error, bound);
  }

  private static Sampler sampler(JsonNode request) {
    JsonNode scheduler = request.path("scheduler");
    return Samplers.fromDiffusers(
        scheduler.path("_class_name").asText(),
        scheduler,
        JsonNodeFactory.instance.objectNode().set("eta", request.path("eta")),
        request.path("steps").asInt());
  }
}
