/**
 * A U-Net whose products are of packed weights or of whole numbers: a pass over its graph, and the
 * weights that the new graph asks for.
 *
 * <pre>
 *   Graph --QuantizePass.apply(form)--> Graph     x.weight becomes x.weight.numbers, x.weight.scale
 *   ModelWeights --QuantizedWeights--> ModelWeights        packed when they are asked for
 *   Graph --Taps.of--> Graph, run over timesteps --Observed--> InputScales --> x.inverse
 * </pre>
 *
 * What is stored under the names: see {@link dev.tandem.stages.quantize.QuantizedNames}.
 */
package dev.tandem.stages.quantize;
