import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.timeline.Detail;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The same pictures with each level of detail, interleaved. Arguments: model, device, rounds. */
public final class TimelineCost {
  private static final int STEPS = 10;

  public static void main(String[] args) {
    int rounds = Integer.parseInt(args[2]);
    List<Request> requests =
        List.of(Request.of("red apple").withSteps(STEPS), Request.of("tiger").withSteps(STEPS));
    Map<Detail, List<Double>> millis = new EnumMap<>(Detail.class);
    try (Tandem tandem = Tandem.open(Path.of(args[0]), Placement.on(args[1]))) {
      for (int r = -2; r < rounds; r++) { // the first two warm up
        List<Detail> order = new ArrayList<>(List.of(Detail.values()));
        Collections.rotate(order, r);
        for (Detail d : order) {
          double ms = tandem.generateAll(requests, GenerationListener.NONE, d).wallNs() / 1e6;
          if (r >= 0) {
            millis.computeIfAbsent(d, x -> new ArrayList<>()).add(ms);
          }
        }
      }
    }
    millis.values().forEach(Collections::sort);
    List<Double> host = millis.get(Detail.HOST);
    System.out.printf("%s, 2 pictures, %d steps, %d rounds%n%n", args[1], STEPS, rounds);
    System.out.println("| detail | least ms | median ms | cost by least | cost by median |");
    System.out.println("| --- | --- | --- | --- | --- |");
    millis.forEach(
        (detail, t) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %+.2f %% | %+.2f %% |%n",
                detail,
                t.getFirst(),
                t.get(rounds / 2),
                100 * (t.getFirst() / host.getFirst() - 1),
                100 * (t.get(rounds / 2) / host.get(rounds / 2) - 1)));
  }
}
