import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.timeline.Detail;
import dev.tandem.orchestrator.timeline.Span;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Pictures on one device, after two runs that warm up. Arguments: model folder, device. Prints, for
 * a run: the share of the time from the first step's start to the last decode's end in which the
 * device computes, %; the median time between two steps of a picture, us; the time until the first
 * picture is there, ms; the time of all, ms.
 */
public final class Busy {
  private static final int PICTURES = 16;
  private static final int STEPS = 20;

  private Busy() {}

  public static void main(String[] args) {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      requests.add(Request.of("red apple, flat style").withSeed(i).withSteps(STEPS));
    }
    try (Tandem tandem = Tandem.open(Path.of(args[0]), Placement.on(args[1]))) {
      for (int i = 0; i < 2; i++) {
        tandem.generateAll(requests, GenerationListener.NONE, Detail.HOST);
      }
      measure(tandem, requests);
    }
  }

  private static void measure(Tandem tandem, List<Request> requests) {
    List<Span> runs = new ArrayList<>();
    List<Long> pictures = new ArrayList<>();
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onPicture(Picture picture) {
            pictures.add(System.nanoTime());
          }

          @Override
          public void onSpan(Span span) {
            if (span.kind() == Span.Kind.RUN) {
              synchronized (runs) {
                runs.add(span);
              }
            }
          }
        };
    long start = System.nanoTime();
    tandem.generateAll(requests, listener, Detail.HOST);
    runs.sort(Comparator.comparingLong(Span::startNs));
    runs.removeIf(s -> !s.stage().equals("denoise") && !s.stage().equals("decode"));
    long busy = runs.stream().mapToLong(Span::durationNs).sum();
    long all = runs.getLast().endNs() - runs.getFirst().startNs();
    System.out.printf(
        Locale.ROOT,
        "%.2f %.1f %.1f %.1f%n",
        100.0 * busy / all,
        pause(runs) / 1e3,
        (pictures.getFirst() - start) / 1e6,
        (pictures.getLast() - start) / 1e6);
  }

  /** Between two steps of a picture that follow each other on the device. */
  private static long pause(List<Span> runs) {
    List<Long> pauses = new ArrayList<>();
    for (int i = 1; i < runs.size(); i++) {
      Span before = runs.get(i - 1);
      Span now = runs.get(i);
      if (now.picture() == before.picture() && now.step() == before.step() + 1) {
        pauses.add(now.startNs() - before.endNs());
      }
    }
    Collections.sort(pauses);
    return pauses.get(pauses.size() / 2);
  }
}
