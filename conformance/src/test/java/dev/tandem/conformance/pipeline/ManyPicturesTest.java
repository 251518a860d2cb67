package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.timeline.Detail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A long run of a tiny model: every picture once, in order, and no memory that grows. */
class ManyPicturesTest {
  private static final int PICTURES = 200;
  private static final int LONG_RUN = 600;

  /**
   * Keeping all spans took 4,400 bytes a picture with host detail; those that always wait to be
   * summed up are 250 KB in all, which is below 500 a picture.
   */
  private static final long MOST_BYTES_A_PICTURE = 1000;

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

  /** What is reachable after a collection, at two pictures far apart in a run. */
  private static final class HeapWatch implements GenerationListener {
    private static final int EARLY = 100;
    private long atEarly;
    private long atLate;

    @Override
    public void onPicture(Picture picture) {
      if (picture.index() == EARLY) {
        atEarly = usedAfterCollection();
      } else if (picture.index() == LONG_RUN - 1) {
        atLate = usedAfterCollection();
      }
    }
  }

  /** The least of some collections: what other threads have at hand differs. */
  static long usedAfterCollection() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  @ParameterizedTest
  @EnumSource(Detail.class)
  void theHeapDoesNotGrowWithThePictures(Detail detail, @TempDir Path folder) throws Exception {
    HeapWatch heap = new HeapWatch();
    Placement placement = Placement.on("cpu:a,threads=1"); // fast on a busy machine too
    try (Tandem tandem = Tandem.open(TinyModel.write(folder), placement)) {
      RunReport report = tandem.generateAll(requests(LONG_RUN), heap, detail);
      assertThat(report.done()).isEqualTo(LONG_RUN);
      assertThat(report.metrics().latencies().count()).isEqualTo(LONG_RUN);
    }
    long growth = (heap.atLate - heap.atEarly) / (LONG_RUN - HeapWatch.EARLY);
    assertThat(growth).as("bytes a picture").isLessThan(MOST_BYTES_A_PICTURE);
  }

  /** Made when they are asked for. */
  static List<Request> requests(int count) {
    return new AbstractList<>() {
      @Override
      public Request get(int i) {
        return Request.of("apple " + i % 5).withSteps(2).withSize(32, 32).withSeed(i);
      }

      @Override
      public int size() {
        return count;
      }
    };
  }

  /** Resident memory; this module's tests run with a heap that is fixed and touched. */
  static long nativeBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(l -> l.startsWith("RssAnon:"))
          .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
