package dev.tandem.stages.quantize;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executable;
import dev.tandem.devices.Weights;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.stages.checkpoint.Component;
import dev.tandem.stages.checkpoint.ModelWeights;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** A tiny U-Net of the golden data, and what it says on the reference device. */
record Subject(Component part, Graph graph) {
  private static final Path ROOT = Path.of(System.getProperty("tandem.root", ".."));

  /** Of a kind of the golden data, for latents of 6 x 4. */
  static Subject of(String kind) {
    return of(ROOT.resolve("conformance/golden/" + kind + "-tiny/unet"), 6, 4, 5);
  }

  /** Of the model that comes with Tandem, at its own size. */
  static Subject ofDefault() {
    return of(ROOT.resolve("models/default/unet"), 16, 16, 32);
  }

  private static Subject of(Path folder, int height, int width, int tokens) {
    Component part = Component.open(folder);
    UNet2DConditionModel unet = new UNet2DConditionModel(part.read(UNet2DConfig::of));
    return new Subject(part, unet.graph(1, height, width, tokens));
  }

  ModelWeights weights() {
    return part.weights();
  }

  /** What is seen of its values with random inputs. */
  Observed observed(Taps taps) {
    Observed observed = new Observed(taps);
    try (ModelWeights weights = weights();
        Device device = Devices.open("reference");
        Executable e = device.compile(Taps.graph(graph), weights, CompileOptions.DEFAULT)) {
      for (int seed = 1; seed <= 2; seed++) {
        fill(e, seed);
        e.run();
        observed.add(e::output);
      }
    }
    return observed;
  }

  /** All outputs of a graph with the inputs of seed 1. */
  static Map<String, float[]> run(Graph graph, Weights weights) {
    try (Device device = Devices.open("reference");
        Executable e = device.compile(graph, weights, CompileOptions.DEFAULT)) {
      fill(e, 1);
      e.run();
      Map<String, float[]> all = new LinkedHashMap<>();
      graph.outputs().keySet().forEach(name -> all.put(name, e.output(name).toFloats()));
      return all;
    }
  }

  /** The U-Net's answer with the inputs of seed 1. */
  static float[] output(Graph graph, Weights weights) {
    return run(graph, weights).get(UNet2DConditionModel.OUTPUT);
  }

  /** Root of the mean square of the differences, relative to that of the values. */
  static double distance(float[] a, float[] expected) {
    double error = 0;
    double all = 0;
    for (int i = 0; i < a.length; i++) {
      error += Math.pow((double) a[i] - expected[i], 2);
      all += Math.pow(expected[i], 2);
    }
    return Math.sqrt(error / all);
  }

  private static void fill(Executable e, int seed) {
    Random random = new Random(seed);
    for (Node n : e.graph().inputs()) {
      float[] values = new float[Math.toIntExact(n.shape().elements())];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            n.name().equals(UNet2DConditionModel.TIMESTEP) ? 500 : (float) random.nextGaussian();
      }
      e.input(n.name()).set(values);
    }
  }
}
