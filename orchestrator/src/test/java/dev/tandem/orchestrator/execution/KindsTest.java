package dev.tandem.orchestrator.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.request.InitPicture;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.stages.sampling.Course;
import dev.tandem.stages.sampling.Samplers;
import dev.tandem.stages.sampling.StepOptions;
import java.awt.image.BufferedImage;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class KindsTest {
  private static final MemoryPlans PLANS = MemoryPlans.unplanned(Map.of());

  private final AtomicInteger resolved = new AtomicInteger();
  private final Kinds kinds = new Kinds(this::resolve, job -> PLANS);

  private PictureJob resolve(Request r) {
    resolved.incrementAndGet();
    Course course =
        Course.whole(
            Samplers.of(
                "ddim", JsonNodeFactory.instance.objectNode(), StepOptions.DEFAULT, r.steps()));
    return new PictureJob(r.withSize(32, 32), course, 8, true);
  }

  private static Request begunWith(BufferedImage image, double strength) {
    return Request.of("a").withInit(new InitPicture(image, strength));
  }

  private static BufferedImage image(int width, int height) {
    return new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
  }

  @Test
  void otherWordsSeedsAndPicturesAreNoOtherKind() {
    for (int i = 0; i < 100; i++) {
      BufferedImage image = image(64, 48);
      Request asked = begunWith(image, 0.5).withPrompt("p" + i).withNegative("n" + i).withSeed(i);
      Kinds.Resolved r = kinds.of(asked);
      assertThat(r.job().request()).isEqualTo(asked.withSize(32, 32));
      assertThat(r.job().request().init().orElseThrow().image()).isSameAs(image);
      assertThat(r.memory()).isSameAs(PLANS);
    }
    assertThat(resolved).hasValue(1);
    assertThat(kinds.jobs()).hasSize(1);
  }

  @Test
  void whatWorkDependsOnIsAnotherKind() {
    kinds.of(Request.of("a"));
    kinds.of(Request.of("a").withSteps(3));
    kinds.of(Request.of("a").withSize(64, 64));
    kinds.of(begunWith(image(64, 48), 0.5));
    kinds.of(begunWith(image(64, 48), 0.6));
    kinds.of(begunWith(image(48, 64), 0.5));
    kinds.of(Request.of("b").withSeed(3));
    assertThat(resolved).hasValue(6);
    assertThat(kinds.of(Request.of("c")).job().request().init()).isEmpty();
  }
}
