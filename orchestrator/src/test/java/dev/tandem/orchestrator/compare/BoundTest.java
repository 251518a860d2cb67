package dev.tandem.orchestrator.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.orchestrator.placement.DenoisePart;
import dev.tandem.orchestrator.placement.Job;
import dev.tandem.orchestrator.placement.Lane;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class BoundTest {
  private static final Offset<Double> NEAR = within(1e-6);

  /** Device a: text 1, step 10, half 6, decode 15; device b is slower by 2. */
  private static final SoloCosts COSTS =
      new SoloCosts(
          Map.of(
              "a",
              Map.of(Work.TEXT, 1.0, Work.STEP, 10.0, Work.HALF_STEP, 6.0, Work.DECODE, 15.0),
              "b",
              Map.of(Work.TEXT, 2.0, Work.STEP, 20.0, Work.HALF_STEP, 12.0, Work.DECODE, 30.0)));

  private static double bound(Placement p, int pictures, int steps) {
    return Bound.ns(p, new Job(pictures, pictures, steps, true, 128, 128), COSTS);
  }

  @Test
  void oneDeviceDoesAllWorkOneAfterTheOther() {
    assertThat(bound(Placement.on("a"), 16, 3)).isCloseTo(16 * (1 + 30 + 15), NEAR);
  }

  @Test
  void stagesOnDevicesOfTheirOwnFillAndDrain() {
    // text 1 on a, three steps 30 on a, decode 30 on b: a is busiest with 31 a picture
    assertThat(bound(Placement.of("a", "a", "b"), 16, 3)).isCloseTo(16 * 31 + 30, NEAR);
    // two steps: the VAE on b bounds, after the fill of 21
    assertThat(bound(Placement.of("a", "a", "b"), 16, 2)).isCloseTo(21 + 16 * 30, NEAR);
  }

  @Test
  void theHalvesOfAStepAreAsSlowAsTheSlowerDevice() {
    Lane lane = new Lane(1, List.of("a"), List.of(DenoisePart.split("a", "b")), List.of("a"));
    // a: 1 + 18 + 15 a picture; the denoise stage 36 a picture with 1 before and 15 after
    assertThat(bound(Placement.of(List.of(lane)), 10, 3)).isCloseTo(1 + 10 * 36 + 15, NEAR);
  }

  @Test
  void partsOfTheStepsArePipelined() {
    Lane lane =
        new Lane(
            1, List.of("a"), List.of(DenoisePart.of(4, "a"), DenoisePart.on("b")), List.of("a"));
    // a: 1 + 40 + 15 = 56 a picture, with nothing before, and nothing after its decode
    assertThat(bound(Placement.of(List.of(lane)), 10, 5)).isCloseTo(560, NEAR);
  }

  @Test
  void lanesShareWholePicturesOutBySpeed() {
    Placement data = Placement.of(List.of(Lane.of("a", "a", "a"), Lane.of("b", "b", "b")));
    // a picture takes 46 on a and 92 on b: of nine, six on a and three on b take 276
    assertThat(bound(data, 9, 3)).isCloseTo(276, NEAR);
    assertThat(bound(data, 10, 3)).isCloseTo(7 * 46, NEAR);
  }

  @Test
  void decodesGoWhereThereIsTime() {
    Lane lane = new Lane(1, List.of("a"), List.of(DenoisePart.on("a")), List.of("b", "a"));
    // one step: 11 of fixed work on a; at 148, b has done 4 of 8 decodes and a the others
    assertThat(bound(Placement.of(List.of(lane)), 8, 1)).isCloseTo(148, within(1e-3));
  }

  @Property
  void noBoundIsBelowTheWorkOfTheBusiestDeviceNorAboveOneAtATime(
      @ForAll @IntRange(min = 1, max = 20) int pictures,
      @ForAll @IntRange(min = 1, max = 8) int steps) {
    double sequential = pictures * (1 + steps * 10.0 + 30);
    assertThat(bound(Placement.of("a", "a", "b"), pictures, steps))
        .isGreaterThanOrEqualTo(pictures * Math.max(1 + steps * 10.0, 30) - 1e-6)
        .isLessThanOrEqualTo(sequential + 1e-6);
  }

  @Test
  void whatWasNotMeasuredIsNamed() {
    assertThatThrownBy(() -> bound(Placement.on("c"), 1, 1))
        .hasMessage("TEXT was not measured alone on 'c'");
  }
}
