package dev.tandem.kernels.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** 16-bit floats by arithmetic against Java's own. */
class HalfTest {
  private static final FloatArray TABLE = FloatArray.fromArray(Half.table());

  @Test
  void everyPatternOfBitsIsDecoded() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float expected = Float.float16ToFloat((short) bits);
      if (Float.isFinite(expected)) {
        assertThat(Half.decode((short) bits, TABLE)).as("bits %x", bits).isEqualTo(expected);
      }
    }
  }

  @Test
  void everyFiniteValueIsEncodedToItself() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float v = Float.float16ToFloat((short) bits);
      if (Float.isFinite(v) && bits != 0x8000) {
        assertThat((short) Half.encode(v, TABLE)).as("value %s", v).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void othersAreRoundedToTheNearestTiesToEven() {
    Random random = new Random(7);
    for (int i = 0; i < 1_000_000; i++) {
      float v = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 26));
      short expected = Float.floatToFloat16(v);
      if (Float.isFinite(Float.float16ToFloat(expected))) {
        assertThat((short) Half.encode(v, TABLE) & 0xffff)
            .as("value %s", v)
            .matches(
                bits -> Float.float16ToFloat((short) (int) bits) == Float.float16ToFloat(expected));
      }
    }
    float tie = 2049; // between 2048 and 2050
    assertThat((short) Half.encode(tie, TABLE)).isEqualTo(Float.floatToFloat16(2048));
  }

  @Test
  void whatIsTooLargeBecomesTheLargest() {
    assertThat((short) Half.encode(1e9f, TABLE)).isEqualTo(Float.floatToFloat16(65_504));
    assertThat((short) Half.encode(-1e9f, TABLE)).isEqualTo(Float.floatToFloat16(-65_504));
  }
}
