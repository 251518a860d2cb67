package dev.tandem.conformance.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.lab.HeldOut;
import dev.tandem.lab.Judge;
import dev.tandem.stages.quality.Cmmd;
import dev.tandem.stages.random.TorchGenerator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shipped judge sees what it must see, on pictures that it was not trained on. */
class JudgeTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("tandem.root")).resolve("models/judge");
  private static final int BLUR = 16;

  private static Judge judge;
  private static HeldOut real;
  private static List<float[]> blurred;
  private static List<float[]> noise;

  @BeforeAll
  static void lookAtAll() {
    judge = Judge.open(FOLDER, "cpu");
    real = judge.heldOut();
    int size = real.size();
    TorchGenerator generator = new TorchGenerator(3);
    blurred = new ArrayList<>();
    noise = new ArrayList<>();
    for (float[] image : real.images()) {
      blurred.add(judge.ofPixels(blurred(image, size), size));
      float[] drawn = generator.randn(image.length);
      for (int i = 0; i < drawn.length; i++) {
        drawn[i] = Math.clamp(drawn[i] / 2 + 0.5f, 0f, 1f);
      }
      noise.add(judge.ofPixels(drawn, size));
    }
  }

  @AfterAll
  static void close() {
    judge.close();
  }

  /** Averages of squares of 16 pixels: shapes are gone, colours stay. */
  private static float[] blurred(float[] image, int size) {
    float[] out = new float[image.length];
    int cells = size / BLUR;
    float[] sums = new float[cells * cells * 3];
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < image.length; i++) {
        int x = i / 3 % size;
        int y = i / 3 / size;
        int cell = (y / BLUR * cells + x / BLUR) * 3 + i % 3;
        if (pass == 0) {
          sums[cell] += image[i] / (BLUR * BLUR);
        } else {
          out[i] = sums[cell];
        }
      }
    }
    return out;
  }

  private static double share(IntPredicate holds) {
    int count = real.prompts().size();
    return (double) IntStream.range(0, count).filter(holds).count() / count;
  }

  private static double score(List<float[]> vectors, int i) {
    return judge.score(vectors.get(i), real.prompts().get(i));
  }

  @Test
  void scoresAreThoseOfTransformers() throws Exception {
    JsonNode golden =
        new ObjectMapper().readTree(FOLDER.resolve("held-out.json").toFile()).path("pictures");
    assertThat(golden.size()).isEqualTo(real.prompts().size()).isGreaterThan(200);
    for (int i = 0; i < golden.size(); i++) {
      assertThat(score(judge.real(), i))
          .as(real.prompts().get(i))
          .isCloseTo(golden.get(i).path("score").asDouble(), within(2e-4));
    }
    // Two objects may be equally near within rounding.
    assertThat(
            share(
                i ->
                    judge.object(judge.real().get(i)).equals(golden.get(i).path("named").asText())))
        .isGreaterThan(0.98);
  }

  @Test
  void realBeatsBlurredBeatsNoise() {
    assertThat(share(i -> score(judge.real(), i) > score(blurred, i))).isGreaterThan(0.9);
    assertThat(share(i -> score(blurred, i) > score(noise, i))).isGreaterThan(0.9);
    assertThat(share(i -> score(judge.real(), i) > score(noise, i))).isGreaterThan(0.99);
  }

  @Test
  void theRightPromptBeatsAWrongOne() {
    int count = real.prompts().size();
    assertThat(
            share(
                i ->
                    score(judge.real(), i)
                        > judge.score(judge.real().get(i), real.prompts().get((i + 1) % count))))
        .isGreaterThan(0.95);
  }

  @Test
  void itNamesMostObjectsWhereChanceNamesNone() {
    double right = share(i -> judge.object(judge.real().get(i)).equals(real.objects().get(i)));
    assertThat(right).isGreaterThan(0.5);
    assertThat(share(i -> judge.object(noise.get(i)).equals(real.objects().get(i))))
        .isLessThan(0.05);
  }

  @Test
  void cmmdRanksTheSetsLikewise() {
    double none = Cmmd.between(noise, judge.real()).value();
    double soft = Cmmd.between(blurred, judge.real()).value();
    assertThat(soft).isPositive().isLessThan(none);
  }
}
