package dev.tandem.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.orchestrator.compare.Comparison;
import dev.tandem.orchestrator.compare.Comparison.Result;
import dev.tandem.orchestrator.compare.Round;
import dev.tandem.orchestrator.measure.Bubble;
import dev.tandem.orchestrator.measure.DeviceUse;
import dev.tandem.orchestrator.timeline.Span;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What the page's drawing shows: for each contestant the round of median speed, times in ms. */
final class Lanes {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final double NS_PER_MS = 1e6;

  private final Round round;
  private final List<DeviceUse> devices;
  private final ObjectNode node = MAPPER.createObjectNode();

  private Lanes(Round round) {
    this.round = round;
    this.devices =
        round.metrics().devices().stream().sorted(Comparator.comparing(DeviceUse::device)).toList();
  }

  static ArrayNode of(Comparison comparison) {
    ArrayNode runs = MAPPER.createArrayNode();
    comparison.results().forEach(r -> runs.add(run(r)));
    return runs;
  }

  private static ObjectNode run(Result result) {
    List<Round> bySpeed =
        result.drawn().stream()
            .sorted(Comparator.comparingDouble(r -> r.metrics().picturesPerSecond()))
            .toList();
    Round middle = bySpeed.get(bySpeed.size() / 2);
    return new Lanes(middle).node(result.contestant().name(), result.rounds().indexOf(middle) + 1);
  }

  private ObjectNode node(String strategy, int number) {
    node.put("strategy", strategy);
    node.put("seconds", drawnNs() / 1e9);
    node.put(
        "note",
        String.format(
            Locale.ROOT,
            "round %d%s: %s pictures/s, overlap %s",
            number,
            round.whole() ? "" : ", its beginning",
            CompareText.rate(round.metrics().picturesPerSecond()),
            CompareText.percent(round.metrics().overlap().ratio())));
    ArrayNode lanes = node.putArray("devices");
    for (DeviceUse use : devices) {
      ObjectNode lane = lanes.addObject();
      lane.put("name", use.device());
      lane.put("note", CompareText.percent(round.metrics().busyShare(use)) + " busy");
    }
    ArrayNode spans = node.putArray("spans");
    ArrayNode transfers = node.putArray("transfers");
    round.spans().stream()
        .sorted(Comparator.comparing(Span::device).thenComparingLong(Span::startNs))
        .forEach(
            s -> {
              if (s.kind() == Span.Kind.RUN) {
                ArrayNode a = spans.addArray().add(lane(s.device())).add(s.stage());
                times(a.add(s.picture()).add(s.step()), s.startNs(), s.endNs());
              } else if (s.kind() == Span.Kind.TRANSFER && lane(s.device()) >= 0) {
                ArrayNode a = transfers.addArray().add(lane(s.device())).add(s.detail());
                times(a, s.startNs(), s.endNs());
              }
            });
    ArrayNode gaps = node.putArray("gaps");
    for (DeviceUse use : devices) {
      for (Bubble b : Bubble.of(round.spans(), use.device())) {
        String cause = b.cause().name().toLowerCase(Locale.ROOT).replace('_', '-');
        times(gaps.addArray().add(lane(use.device())).add(cause), b.startNs(), b.endNs());
      }
    }
    return node;
  }

  /** How much of the round is drawn. */
  private long drawnNs() {
    long end = round.spans().stream().mapToLong(Span::endNs).max().orElse(round.startNs());
    return round.whole() ? round.metrics().wallNs() : end - round.startNs();
  }

  private int lane(String device) {
    for (int i = 0; i < devices.size(); i++) {
      if (devices.get(i).device().equals(device)) {
        return i;
      }
    }
    return -1;
  }

  private void times(ArrayNode to, long startNs, long endNs) {
    to.add(millis(startNs)).add(millis(endNs));
  }

  /** From the start of the round, to the microsecond. */
  private double millis(long ns) {
    return Math.rint((ns - round.startNs()) / NS_PER_MS * 1000) / 1000;
  }
}
