package dev.tandem.stages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.graph.Cost;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Op;
import dev.tandem.stages.unet.UNet2DConditionModel;
import dev.tandem.stages.unet.UNet2DConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * A pruned U-Net is an ordinary folder whose config says what is left ({@code VariantsTest} runs
 * it): its work is that of the file, as {@code training/golden/make_pruned.py} counted it in
 * diffusers' modules.
 */
class PrunedUNetTest {
  private static final Path FOLDER =
      Json.root().resolve("stages/src/test/resources/variants/pruned");
  private static final JsonNode COUNTED = Json.file(FOLDER.resolve("pruned.json"));
  private static final int TOKENS = 5;

  @Test
  void multiplyAddsAreThoseOfTheFile() {
    assertThat(multiplyAdds("whole")).isEqualTo(COUNTED.path("multiply_adds_of_whole").asLong());
    assertThat(multiplyAdds("unet")).isEqualTo(COUNTED.path("multiply_adds").asLong());
    assertThat(multiplyAdds("unet")).isLessThan(2 * multiplyAdds("whole") / 3);
  }

  @Test
  void allOtherWorkIsLessToo() {
    Cost whole = Cost.of(graph("whole"));
    Cost pruned = Cost.of(graph("unet"));
    assertThat(pruned.flops()).isLessThan(whole.flops());
    assertThat(pruned.bytesRead()).isLessThan(whole.bytesRead());
    assertThat(pruned.bytesWritten()).isLessThan(whole.bytesWritten());
  }

  private static long multiplyAdds(String folder) {
    return graph(folder).nodes().stream()
            .filter(
                n ->
                    n.op() instanceof Op.Conv2d
                        || n.op() instanceof Op.Linear
                        || n.op() instanceof Op.Attention)
            .mapToLong(n -> Cost.of(n).flops())
            .sum()
        / 2;
  }

  private static Graph graph(String folder) {
    JsonNode config = Json.file(FOLDER.resolve(folder).resolve("config.json"));
    return new UNet2DConditionModel(UNet2DConfig.of(config)).graph(1, 8, 8, TOKENS);
  }
}
