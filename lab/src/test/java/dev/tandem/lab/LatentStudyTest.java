package dev.tandem.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Op;
import dev.tandem.stages.ModelPlan;
import dev.tandem.stages.checkpoint.ModelFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatentStudyTest {
  private static final ModelPlan PLAN =
      ModelPlan.of(ModelFolder.open(Path.of("../models/default")));
  private static final int PIXELS = 128;
  private static final int TOKENS = 32;

  /** By hooks on diffusers' modules: {@code training/prune_blocks.py}, multiply_adds. */
  @Test
  void theDefaultModelsOwnSpaceHasTheMultiplyAddsThatDiffusersHas() {
    Graph graph = LatentStudy.unet(PLAN, new LatentSpace(8, 8), PIXELS);
    long products =
        graph.nodes().stream()
            .filter(
                n ->
                    n.op() instanceof Op.Conv2d
                        || n.op() instanceof Op.Linear
                        || n.op() instanceof Op.Attention)
            .mapToLong(n -> Cost.of(n).flops())
            .sum();
    assertThat(products).isEqualTo(2 * 475_316_224L);
  }

  /** Three transformers of 64 channels, three of 128, one of 192; each halving has fewer places. */
  @ParameterizedTest
  @CsvSource({"1, 3", "4, 16", "4, 4", "8, 8"})
  void attentionGrowsWithTheSquareOfThePlaces(int factor, int channels) {
    LatentSpace space = new LatentSpace(factor, channels);
    long places = (long) space.side(PIXELS) * space.side(PIXELS);
    long expected = 0;
    int[][] levels = {{3, 64, 1}, {3, 128, 4}, {1, 192, 16}};
    for (int[] level : levels) {
      long here = places / level[2];
      expected += level[0] * 4L * here * (here + TOKENS) * level[1];
    }
    LatentCost cost = LatentCost.of(LatentStudy.unet(PLAN, space, PIXELS));
    assertThat(cost.attentionFlops()).isEqualTo(expected);
    assertThat(cost.scoreBytes()).isEqualTo(4L * 2 * places * places);
    assertThat(cost.flops()).isGreaterThan(expected);
    // The input, a first level of 64 channels and its skip are alive at once.
    assertThat(cost.peakBytes()).isBetween(4 * places * 64 * 2, 4 * places * 64 * 16);
  }

  @Test
  void channelsOfTheLatentsCostNextToNothingAndPixelsALot() {
    long few = LatentCost.of(LatentStudy.unet(PLAN, new LatentSpace(8, 4), PIXELS)).flops();
    long many = LatentCost.of(LatentStudy.unet(PLAN, new LatentSpace(8, 16), PIXELS)).flops();
    long pixels = LatentCost.of(LatentStudy.unet(PLAN, LatentSpace.PIXELS, PIXELS)).flops();
    assertThat((double) many / few).isBetween(1.0, 1.01);
    // 64 times as many places, 4096 times the self-attention.
    assertThat(pixels).isGreaterThan(200 * few);
  }

  @Test
  void aSpaceKnowsItsBytes() {
    assertThat(LatentSpace.all())
        .extracting(LatentSpace::name)
        .containsExactly("pixels", "f4-c16", "f4-c8", "f4-c4", "f8-c16", "f8-c8", "f8-c4");
    assertThat(LatentSpace.PIXELS.bytes(PIXELS)).isEqualTo(196_608);
    assertThat(new LatentSpace(8, 4).bytes(PIXELS)).isEqualTo(4096);
    assertThatThrownBy(() -> new LatentSpace(8, 4).side(100)).hasMessageContaining("100 pixels");
  }

  @Test
  void timesAreOfAllGraphsInTurnsAndStopAfterARound() {
    List<Graph> graphs =
        List.of(
            LatentStudy.unet(PLAN, new LatentSpace(8, 4), 32),
            LatentStudy.unet(PLAN, new LatentSpace(4, 4), 32));
    AtomicInteger asked = new AtomicInteger();
    try (Device device = Devices.open("reference")) {
      List<Interval> seconds =
          new EvaluationTimes(device, graphs).measure(9, () -> asked.incrementAndGet() > 1);
      assertThat(asked).hasValue(2); // two rounds
      assertThat(seconds).hasSize(2).allMatch(s -> s.value() > 0 && !s.bounded());
      assertThat(seconds.get(1).value()).isGreaterThan(seconds.get(0).value());
    }
  }

  @Test
  void theTableSaysWhatIsKnownAndNothingElse() {
    LatentCost cost = new LatentCost(2_000_000_000L, 500_000_000L, 3 << 20, 1 << 20);
    Interval unknown = Interval.alone(Double.NaN);
    Reconstruction vae =
        new Reconstruction(
            1_000_000_000L, 5, 9, new Interval(25, 24, 26), new Interval(0.9, 0.8, 0.95));
    Curves curves =
        LatentText.of(
            new LatentReport(
                "m",
                "cpu",
                PIXELS,
                40,
                List.of(
                    new LatentReport.Row(
                        LatentSpace.PIXELS, cost, Interval.alone(0.5), Optional.empty()),
                    new LatentReport.Row(new LatentSpace(8, 4), cost, unknown, Optional.of(vae)),
                    new LatentReport.Row(new LatentSpace(8, 8), cost, unknown, Optional.empty()))));
    assertThat(curves.rows().get(0))
        .containsExactly(
            "pixels", "49152", "192", "2.00", "25.0", "3.0", "1.0", "0.5000", "", "80.00", "", "");
    assertThat(curves.rows().get(1))
        .containsExactly(
            "f8-c4",
            "1024",
            "4",
            "2.00",
            "25.0",
            "3.0",
            "1.0",
            "",
            "1.00",
            "81.00",
            "25.00 [24.00, 26.00]",
            "0.900 [0.800, 0.950]");
    assertThat(curves.rows().get(2).subList(7, 12)).containsOnly("");
    assertThat(curves.charts().get(0).lines())
        .extracting(Curves.Line::name)
        .containsExactly("pixels");
    assertThat(curves.charts().get(1).lines())
        .extracting(Curves.Line::name)
        .containsExactly("f = 8");
    assertThat(curves.charts().get(1).lines().get(0).points().get(0).x())
        .isCloseTo(2, within(1e-9));
  }

  /** As in a fresh clone without autoencoders. */
  @Test
  void withoutAutoencodersThereIsAPageOfTheCosts() {
    LatentCost cost = new LatentCost(2_000_000_000L, 500_000_000L, 3 << 20, 1 << 20);
    Curves curves =
        LatentText.of(
            new LatentReport(
                "m",
                "cpu",
                PIXELS,
                40,
                List.of(
                    new LatentReport.Row(
                        LatentSpace.PIXELS, cost, Interval.alone(0.5), Optional.empty()))));
    assertThat(curves.charts()).hasSize(1);
    assertThat(CurveFiles.html(curves)).contains("pixels").doesNotContain("PSNR of real");
  }
}
