package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.cases.NodeCase;
import dev.tandem.devices.cases.OpCases;
import dev.tandem.devices.cases.Tag;
import dev.tandem.devices.profile.ProfileFile;
import dev.tandem.devices.profile.TunableEntry;
import dev.tandem.devices.tuning.Trial;
import dev.tandem.devices.tuning.TunedOperation;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.devices.tuning.TuningRequest;
import dev.tandem.devices.tuning.TuningRequest.Workload;
import dev.tandem.devices.tuning.TuningResult;
import dev.tandem.graph.DType;
import dev.tandem.graph.Graph;
import dev.tandem.graph.GraphBuilder;
import dev.tandem.graph.Node;
import dev.tandem.graph.Shape;
import dev.tandem.kernels.opencl.plan.KernelSource;
import dev.tandem.kernels.opencl.plan.TunableTable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tuner on PoCL, which must be installed. */
class TuningTest {
  @TempDir Path folder;

  /** What a tuner said. */
  private static final class Heard implements TuningListener {
    private final List<Trial> trials = new ArrayList<>();
    private final List<TunedOperation> tuned = new ArrayList<>();
    private final List<Double> fractions = new ArrayList<>();

    @Override
    public void onProgress(int done, int total, String label, double fraction) {
      fractions.add(fraction);
    }

    @Override
    public void onTrial(Trial trial) {
      trials.add(trial);
    }

    @Override
    public void onTuned(TunedOperation operation) {
      tuned.add(operation);
    }
  }

  private static boolean never() {
    return false;
  }

  private static OpenClDevice open(String options) {
    return Opened.device("opencl:0,profile=off" + options);
  }

  /** Two operations whose spaces are small: they are walked whole, however slow the machine. */
  private static Graph twoLayers() {
    GraphBuilder b = new GraphBuilder("two layers");
    Node x = b.input("x", Shape.of(1, 60, 24), DType.F32);
    return b.output("y", b.scale("scale", b.layerNorm("norm", x, 1e-5f), 2, 1)).build();
  }

  private TuningRequest request(int seconds, BooleanSupplier cancelled) {
    return new TuningRequest(
        List.of(new Workload(twoLayers(), 3)),
        Duration.ofSeconds(seconds),
        folder.resolve("profile.json"),
        false,
        cancelled);
  }

  @Test
  void winnersAreStoredUsedAndNotSearchedAgain() {
    Heard heard = new Heard();
    try (OpenClDevice d = open("")) {
      TuningResult r = new TunableOpenClDevice(d).tune(request(3600, TuningTest::never), heard);
      assertThat(r.tuned()).hasSize(2).isEqualTo(heard.tuned);
      assertThat(r.tuned().stream().mapToDouble(TunedOperation::share).sum())
          .isBetween(0.999, 1.001);
      assertThat(r.tuned()).allMatch(t -> t.afterMicros() <= t.beforeMicros() && t.trials() > 0);
    }
    assertThat(heard.trials).isNotEmpty().allMatch(t -> t.outcome() != Trial.Outcome.WRONG);
    assertThat(heard.fractions).isNotEmpty().allMatch(f -> f >= 0 && f <= 1);

    List<TunableEntry> stored = ProfileFile.load(folder.resolve("profile.json")).tunables();
    assertThat(stored).extracting(TunableEntry::kernel).containsExactly("elementwise", "rows");
    for (TunableEntry e : stored) {
      assertThat(e.kernelVersion()).hasValue(KernelSource.version(e.kernel()));
      assertThat(e.shape()).isPresent();
      try (OpenClDevice d = open("")) {
        assertThat(e.device()).hasValue(d.info().name());
      }
    }

    TunableEntry scale = stored.getFirst();
    try (OpenClDevice tuned = Opened.device("opencl:0,profile=" + folder.resolve("profile.json"))) {
      assertThat(
              tuned
                  .tunables()
                  .find("elementwise", tuned.cl().device().traits(), scale.shape().orElseThrow())
                  .values())
          .isEqualTo(scale.values());
      Heard again = new Heard();
      TuningResult r = new TunableOpenClDevice(tuned).tune(request(3600, TuningTest::never), again);
      assertThat(r.known()).isEqualTo(2);
      assertThat(r.tuned()).isEmpty();
      assertThat(again.trials).isEmpty();
    }
  }

  @Test
  void cancelledItStoresNothingHalfAndGoesOnLater() {
    try (OpenClDevice d = open("")) {
      Heard heard = new Heard();
      TuningResult r =
          new TunableOpenClDevice(d).tune(request(3600, () -> !heard.tuned.isEmpty()), heard);
      assertThat(r.cancelled()).isTrue();
      assertThat(r.tuned()).hasSize(1);
      assertThat(r.left()).isEqualTo(1);
      TuningResult rest =
          new TunableOpenClDevice(d).tune(request(3600, TuningTest::never), new Heard());
      assertThat(rest.known()).isEqualTo(1);
      assertThat(rest.tuned()).hasSize(1);
      TuningResult none = new TunableOpenClDevice(d).tune(request(3600, () -> true), new Heard());
      assertThat(none.tuned()).isEmpty();
    }
    assertThat(folder.toFile().list((_, name) -> name.endsWith(".tmp"))).isEmpty();
  }

  @Test
  void operationsOfAModelBecomeCasesThatAreAlikeWhereTheyAre() {
    GraphBuilder b = new GraphBuilder("g");
    Node x = b.input("x", Shape.of(1, 6, 8), DType.F32);
    Node y = b.linear("b", b.linear("a", x, 8, true), 8, true);
    Node ids = b.input("ids", Shape.of(1, 3), DType.I32);
    Node e = b.embedding("e", ids, b.weight("table", 5, 8));
    Graph g = b.output("y", y).output("e", e).build();
    List<String> names =
        g.nodes().stream().filter(Node::isComputed).map(n -> NodeCase.of(n).name()).toList();
    assertThat(names).hasSize(3);
    assertThat(Set.copyOf(names)).hasSize(2);
  }

  /** A kernel that computes something else must not pass, or the tuner would pick it. */
  @Test
  void aWrongResultIsNoticed() {
    var softmax =
        OpCases.tagged(Tag.CORRECTNESS).stream()
            .filter(c -> c.name().startsWith("softmax [3, 1025]"))
            .findFirst()
            .orElseThrow();
    try (OpenClDevice d = open("");
        CandidateBench bench = new CandidateBench(d, softmax, TunableTable.of(Optional.empty()));
        var right = bench.compile(Map.of(), Precision.F32)) {
      assertThat(bench.error(right)).isLessThan(softmax.tolerance(Precision.F32));
      right.executable().input("x").setFloat(0, 5);
      assertThat(bench.error(right)).isGreaterThan(softmax.tolerance(Precision.F32));
    }
  }
}
