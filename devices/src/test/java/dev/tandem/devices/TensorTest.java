package dev.tandem.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorTest {
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  private MemorySegment bytes(int... values) {
    MemorySegment m = arena.allocate(values.length);
    for (int i = 0; i < values.length; i++) {
      m.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
    }
    return m;
  }

  @Test
  void memoryMustFitTheShape() {
    assertThatThrownBy(() -> new Tensor(Shape.of(2, 3), DType.F16, bytes(1, 2, 3)))
        .hasMessageContainingAll("[2, 3]", "F16", "12 bytes", "got 3");
  }

  @Test
  void elementsAreReadLittleEndianInEveryType() {
    // 1.5 is 0x3FC00000 in F32 and BF16 (upper half), 0x3E00 in F16.
    assertThat(new Tensor(Shape.of(1), DType.F32, bytes(0, 0, 0xC0, 0x3F)).getFloat(0))
        .isEqualTo(1.5f);
    assertThat(new Tensor(Shape.of(1), DType.BF16, bytes(0xC0, 0x3F)).getFloat(0)).isEqualTo(1.5f);
    assertThat(new Tensor(Shape.of(1), DType.F16, bytes(0, 0x3E)).getFloat(0)).isEqualTo(1.5f);
    // The smallest subnormal F16, and the largest negative one.
    assertThat(new Tensor(Shape.of(2), DType.F16, bytes(1, 0, 0xFF, 0xFB)).toFloats())
        .containsExactly(0x1p-24f, -65504);
    assertThat(new Tensor(Shape.of(1), DType.I32, bytes(0xFE, 0xFF, 0xFF, 0xFF)).getInt(0))
        .isEqualTo(-2);
    assertThat(new Tensor(Shape.of(1), DType.I64, bytes(2, 1, 0, 0, 0, 0, 0, 0)).toInts())
        .containsExactly(258);
  }

  @Test
  void anI64BeyondIntIsAnErrorNotAnotherNumber() {
    Tensor t = new Tensor(Shape.of(1), DType.I64, bytes(0, 0, 0, 0, 1, 0, 0, 0));
    assertThatThrownBy(() -> t.getInt(0)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void valuesMustBeAsManyAsElementsAndOfTheType() {
    Tensor t = Tensor.of(arena, Shape.of(2), 1, 2);
    assertThatThrownBy(() -> t.set(new float[3])).hasMessageContainingAll("2 elements", "3");
    assertThatThrownBy(() -> t.copyTo(new float[1])).hasMessageContainingAll("2 elements", "1");
    assertThatThrownBy(() -> t.set(new int[2])).hasMessageContainingAll("F32", "I32");
    assertThatThrownBy(() -> t.getInt(0)).hasMessageContaining("F32");
  }

  @Test
  void elementsOutsideAreRefused() {
    Tensor t = Tensor.of(arena, Shape.of(2), 1, 2);
    assertThatThrownBy(() -> t.getFloat(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> t.getFloat(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> t.setFloat(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aCopyNeedsTheSameShapeAndType() {
    Tensor t = Tensor.of(arena, Shape.of(2), 1, 2);
    Tensor copy = Tensor.allocate(arena, Shape.of(2), DType.F32).set(t);
    assertThat(copy.toFloats()).containsExactly(1, 2);
    assertThatThrownBy(() -> t.set(Tensor.allocate(arena, Shape.of(1, 2), DType.F32)))
        .hasMessageContainingAll("[1, 2]", "[2]");
    assertThatThrownBy(() -> t.set(Tensor.ofInts(arena, Shape.of(2), 1, 2)))
        .hasMessageContainingAll("I32", "F32");
  }

  @Test
  void aReshapedTensorIsTheSameMemory() {
    Tensor t = Tensor.of(arena, Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    t.reshaped(Shape.of(6)).setFloat(5, 60);
    assertThat(t.getFloat(5)).isEqualTo(60);
    assertThatThrownBy(() -> t.reshaped(Shape.of(5))).hasMessageContaining("[5]");
  }
}
