package dev.tandem.devices.profile;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;

/** Operations that are limited by the same part of the hardware. */
public enum OperationClass {
  /** Convolutions with a kernel larger than 1 x 1. */
  @JsonProperty("convolution")
  CONVOLUTION,
  /** Matrix products, 1 x 1 convolutions among them. */
  @JsonProperty("linear")
  LINEAR,
  @JsonProperty("attention")
  ATTENTION,
  /** Group and layer norms, softmax. */
  @JsonProperty("norm")
  NORM,
  /** Additions, activations, scales. */
  @JsonProperty("elementwise")
  ELEMENTWISE,
  /** Concatenation, upsampling, table look-ups: no arithmetic. */
  @JsonProperty("movement")
  MOVEMENT;

  /** The class of a computed node. */
  public static OperationClass of(Node n) {
    return switch (n.op()) {
      case Op.Conv2d _, Op.QuantizedConv2d _ ->
          isPointwise(n.input(1).shape()) ? LINEAR : CONVOLUTION;
      case Op.Linear _, Op.QuantizedLinear _, Op.GegluLinear _, Op.MatMul _ -> LINEAR;
      case Op.Attention _ -> ATTENTION;
      case Op.GroupNorm _, Op.LayerNorm _, Op.Softmax _ -> NORM;
      case Op.Activate _, Op.Geglu _, Op.Add _, Op.Scale _, Op.Quantize _, Op.TimestepEmbedding _ ->
          ELEMENTWISE;
      case Op.Embedding _, Op.GatherRows _, Op.Upsample _, Op.Concat _, Op.Reshape _ -> MOVEMENT;
      case Op.Input _, Op.Weight _, Op.Dequantize _ ->
          throw new IllegalArgumentException(n + " is not computed");
    };
  }

  /** Weights are {@code [out, in, kernelHeight, kernelWidth]}. */
  private static boolean isPointwise(Shape weight) {
    return weight.dim(2) == 1 && weight.dim(3) == 1;
  }
}
