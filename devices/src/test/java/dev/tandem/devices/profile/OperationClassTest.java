package dev.tandem.devices.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.graph.Activation;
import dev.tandem.graph.DType;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Op;
import dev.tandem.graph.Shape;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationClassTest {
  /** Whether channels are many or one says nothing of the kernel. */
  @ParameterizedTest
  @CsvSource({
    "8, 4, 1, 1, LINEAR",
    "1, 1, 1, 1, LINEAR",
    "8, 4, 3, 3, CONVOLUTION",
    "8, 1, 3, 3, CONVOLUTION",
    "8, 1, 1, 3, CONVOLUTION",
    "8, 4, 3, 1, CONVOLUTION"
  })
  void onlyConvolutionsOfOnePixelAreMatrixProducts(
      int out, int in, int height, int width, OperationClass expected) {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.input("x", Shape.of(1, 5, 5, in), DType.F32);
    Node w = b.weight("w", out, in, height, width);
    Op op = new Op.Conv2d(1, Op.Padding.NONE, false, false, Activation.NONE);
    assertThat(OperationClass.of(b.add("conv", op, List.of(x, w)))).isEqualTo(expected);
  }
}
