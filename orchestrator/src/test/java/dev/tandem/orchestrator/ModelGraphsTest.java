package dev.tandem.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.graph.Cost;
import dev.tandem.orchestrator.ModelGraphs.ModelGraph;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelGraphsTest {
  /** Published: 0.8 TFLOP (0.4 TMAC) for one evaluation at 64 x 64 latents, without guidance. */
  @Test
  void stableDiffusion15HasTheWorkThatIsKnownOfIt() {
    List<ModelGraph> all = ModelGraphs.stableDiffusion15();
    assertThat(all).hasSize(4);
    double guided = Cost.of(all.get(1).graph()).flops();
    double unguided = Cost.of(all.get(2).graph()).flops();
    assertThat(unguided).isBetween(0.65e12, 0.95e12);
    assertThat(guided / unguided).isBetween(1.98, 2.02);
    assertThat(all.get(1).runs()).isGreaterThan(all.get(2).runs());
  }
}
