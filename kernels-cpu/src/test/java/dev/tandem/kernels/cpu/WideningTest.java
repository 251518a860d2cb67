package dev.tandem.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.Tensor;
import dev.tandem.graph.DType;
import dev.tandem.graph.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WideningTest {
  @ParameterizedTest
  @CsvSource({
    "F16, 1, true",
    "F16, 200003, true",
    "F16, 200003, false",
    "BF16, 200003, true",
    "F32, 200003, true",
    "F32, 70000, false"
  })
  void everyElementIsCopiedAsItIs(DType type, int elements, boolean concurrent) {
    // What is not concurrent may lie in memory of the caller's thread alone.
    try (Arena arena = concurrent ? Arena.ofShared() : Arena.ofConfined();
        DeviceThreads threads = new DeviceThreads("of a test", 3)) {
      Tensor t = Tensor.allocate(arena, Shape.of(elements), type);
      Random random = new Random(elements);
      for (long i = 0; i < t.data().byteSize() / Short.BYTES; i++) {
        t.data().setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (random.nextInt() & 0x3fff));
      }
      MemorySegment to = arena.allocate((elements + 1L) * Float.BYTES, 64);
      new Widening(threads, concurrent).copy(t, to);
      for (int i = 0; i < elements; i++) {
        assertThat(to.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(t.getFloat(i));
      }
      assertThat(to.getAtIndex(ValueLayout.JAVA_FLOAT, elements)).as("beyond the end").isZero();
    }
  }
}
