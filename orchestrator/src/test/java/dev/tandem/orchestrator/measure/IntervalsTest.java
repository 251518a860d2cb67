package dev.tandem.orchestrator.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.measure.Intervals.Interval;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Against sets of single nanoseconds. */
class IntervalsTest {
  private static final int END = 40;

  private static Stream<Interval> intervals(List<Integer> packed) {
    return packed.stream().map(p -> new Interval(p / 40, Math.min(END, p / 40 + p % 40)));
  }

  private static BitSet bits(Stream<Interval> intervals) {
    BitSet set = new BitSet();
    intervals.forEach(i -> set.set((int) i.from(), (int) i.to()));
    return set;
  }

  private static void same(Intervals actual, BitSet expected) {
    assertThat(bits(actual.list().stream())).isEqualTo(expected);
    assertThat(actual.lengthNs()).isEqualTo(expected.cardinality());
  }

  @Property
  void unionGapsAndDifference(
      @ForAll @Size(max = 8) List<@IntRange(max = 1599) Integer> a,
      @ForAll @Size(max = 8) List<@IntRange(max = 1599) Integer> b) {
    Intervals left = Intervals.union(intervals(a));
    BitSet bits = bits(intervals(a));
    same(left, bits);
    BitSet gaps = new BitSet();
    if (!bits.isEmpty()) {
      gaps.set(bits.nextSetBit(0), bits.length());
      gaps.andNot(bits);
    }
    same(left.gaps(), gaps);
    BitSet difference = (BitSet) bits.clone();
    difference.andNot(bits(intervals(b)));
    same(left.minus(Intervals.union(intervals(b))), difference);
  }
}
