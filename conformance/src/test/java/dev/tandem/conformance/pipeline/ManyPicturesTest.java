package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.GenerationListener;
import dev.tandem.orchestrator.Request;
import dev.tandem.orchestrator.RunReport;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A long run of a tiny model: every picture once, in order, and no memory that grows. */
class ManyPicturesTest {
  private static final int PICTURES = 200;

  /** A leak of one latent or picture (12 KB) each would show as 2.4 MB; noise is below 1 MB. */
  private static final long MOST_GROWTH = 2L << 20;

  @Test
  void twoHundredPicturesNeedNoMoreMemoryThanTwenty(@TempDir Path folder) throws Exception {
    try (Tandem tandem = Tandem.open(TinyModel.write(folder), Placement.on("cpu"))) {
      tandem.generateAll(requests(60), GenerationListener.NONE);
      long before = nativeBytes();
      List<Integer> order = new ArrayList<>();
      Set<Integer> distinct = new HashSet<>();
      RunReport report =
          tandem.generateAll(
              requests(PICTURES),
              new GenerationListener() {
                @Override
                public void onPicture(Picture picture) {
                  order.add(picture.index());
                  distinct.add(java.util.Arrays.hashCode(picture.rgb()));
                }
              });
      assertThat(report.done()).isEqualTo(PICTURES);
      assertThat(order).isEqualTo(IntStream.range(0, PICTURES).boxed().toList());
      assertThat(distinct).as("every seed gives another picture").hasSize(PICTURES);
      assertThat(nativeBytes() - before).isLessThan(MOST_GROWTH);
    }
  }

  private static List<Request> requests(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Request.of("apple " + i % 5).withSteps(2).withSize(32, 32).withSeed(i))
        .toList();
  }

  /** Resident memory; this module's tests run with a heap that is fixed and touched. */
  private static long nativeBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith("RssAnon:"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
