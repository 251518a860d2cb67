package dev.tandem.orchestrator.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OverlapTest {
  private static Span run(String device, long from, long to) {
    return new Span(Span.Kind.RUN, "stage", device, 0, 0, from, to);
  }

  @Test
  void countsTheTimeInWhichTwoDevicesWorked() {
    Overlap o = Overlap.of(List.of(run("a", 0, 10), run("b", 6, 14), run("a", 20, 30)));
    assertThat(o).isEqualTo(new Overlap(24, 4));
    assertThat(o.ratio()).isEqualTo(4 / 24.0);
  }

  @Test
  void oneDeviceNeverOverlapsItself() {
    assertThat(Overlap.of(List.of(run("a", 0, 10), run("a", 5, 15)))).isEqualTo(new Overlap(15, 0));
    assertThat(Overlap.of(List.of(run("a", 0, 10), run("a", 10, 15))))
        .isEqualTo(new Overlap(15, 0));
  }

  @Test
  void nothingIsNothing() {
    assertThat(Overlap.of(List.of()).ratio()).isZero();
  }

  @Property
  void equalsCountingUnitByUnit(
      @ForAll @Size(max = 12) List<@IntRange(min = 0, max = 2999) Integer> packed) {
    List<Span> spans =
        packed.stream().map(p -> run("d" + p % 3, p / 3 % 30, p / 3 % 30 + p / 90)).toList();
    long[] busy =
        IntStream.range(0, 80)
            .mapToLong(
                t ->
                    spans.stream()
                        .filter(s -> s.startNs() <= t && t < s.endNs())
                        .map(Span::device)
                        .distinct()
                        .count())
            .toArray();
    long any = IntStream.range(0, 80).filter(t -> busy[t] >= 1).count();
    long two = IntStream.range(0, 80).filter(t -> busy[t] >= 2).count();
    assertThat(Overlap.of(spans)).isEqualTo(new Overlap(any, two));
  }
}
