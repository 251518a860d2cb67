package dev.tandem.stages.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.Tensor;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Merged weights against a plain computation in F64. Values are small multiples of powers of two,
 * so that F32 holds every sum exactly and only the rounding to the stored type is left.
 */
class LowRankTest {
  private static final List<DType> TYPES = List.of(DType.F32, DType.F16, DType.BF16);

  @Property(tries = 60)
  void aMergedLinearWeightIsTheNearestToTheExactSum(
      @ForAll @IntRange(min = 1, max = 9) int out,
      @ForAll @IntRange(min = 1, max = 9) int in,
      @ForAll @IntRange(min = 1, max = 5) int rank,
      @ForAll @IntRange(min = 0, max = 2) int type,
      @ForAll Random random) {
    check(Shape.of(out, in), Shape.of(rank, in), Shape.of(out, rank), TYPES.get(type), random);
  }

  @Property(tries = 30)
  void soIsThatOfAConvolution(
      @ForAll @IntRange(min = 1, max = 5) int out,
      @ForAll @IntRange(min = 1, max = 5) int in,
      @ForAll @IntRange(min = 1, max = 3) int height,
      @ForAll @IntRange(min = 1, max = 3) int width,
      @ForAll @IntRange(min = 0, max = 2) int type,
      @ForAll Random random) {
    int rank = 2;
    check(
        Shape.of(out, in, height, width),
        Shape.of(rank, in, height, width),
        Shape.of(out, rank, 1, 1),
        TYPES.get(type),
        random);
  }

  private static void check(Shape shapeW, Shape shapeA, Shape shapeB, DType type, Random random) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor w = filled(arena, shapeW, type, 1 / 8f, random);
      Tensor a = filled(arena, shapeA, DType.F32, 1 / 4f, random);
      Tensor b = filled(arena, shapeB, DType.F16, 2, random);
      float scale = 0.5f;
      Tensor merged = new LowRank(a, b, scale).merge(w, arena);
      assertThat(merged.shape()).isEqualTo(shapeW);
      assertThat(merged.type()).isEqualTo(type);
      assertThat(merged.data().isReadOnly()).isTrue();
      int rank = shapeA.dim(0);
      int columns = (int) (shapeW.elements() / shapeW.dim(0));
      for (int i = 0; i < w.elements(); i++) {
        double exact = w.getFloat(i);
        for (int k = 0; k < rank; k++) {
          exact +=
              (double) scale
                  * b.getFloat((long) i / columns * rank + k)
                  * a.getFloat((long) k * columns + i % columns);
        }
        assertThat(merged.getFloat(i)).isEqualTo(nearest(exact, type));
      }
    }
  }

  /** Whole numbers up to 60 in units; every type holds them. */
  private static Tensor filled(Arena arena, Shape shape, DType type, float unit, Random random) {
    Tensor t = Tensor.allocate(arena, shape, DType.F32);
    for (int i = 0; i < t.elements(); i++) {
      t.setFloat(i, unit * (random.nextInt(121) - 60));
    }
    return type == DType.F32 ? t : narrowed(arena, t, type);
  }

  private static Tensor narrowed(Arena arena, Tensor t, DType type) {
    Tensor out = Tensor.allocate(arena, t.shape(), type);
    for (int i = 0; i < t.elements(); i++) {
      float v = t.getFloat(i);
      short bits =
          type == DType.F16 ? Float.floatToFloat16(v) : (short) (Float.floatToRawIntBits(v) >>> 16);
      out.data().setAtIndex(ValueLayout.JAVA_SHORT, i, bits);
    }
    return out;
  }

  /** By significant bits: 24, 11 or 8. Nothing here is too large or too small for a type. */
  private static float nearest(double x, DType type) {
    int bits =
        switch (type) {
          case F32 -> 24;
          case F16 -> 11;
          default -> 8;
        };
    if (x == 0) {
      return 0;
    }
    double unit = Math.scalb(1.0, Math.getExponent(x) - bits + 1);
    return (float) (Math.rint(x / unit) * unit);
  }
}
