import dev.tandem.orchestrator.result.GenerationListener;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.result.RunReport;
import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.placement.Placement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A process that makes pictures on one device, as soon as so many of its kind are ready. Arguments:
 * model, device, pictures, processes, prefix of the files by which they meet. Prints: device,
 * processes, pictures/s.
 */
public final class Alone {
  private static final int STEPS = 20;
  private static final long PATIENCE_NS = 600_000_000_000L;

  public static void main(String[] args) throws Exception {
    int processes = Integer.parseInt(args[3]);
    Path meeting = Path.of(args[4]).toAbsolutePath();
    List<Request> requests =
        IntStream.range(0, Integer.parseInt(args[2]))
            .mapToObj(i -> Request.of("red apple").withSeed(i).withSteps(STEPS))
            .toList();
    try (Tandem tandem = Tandem.open(Path.of(args[0]), Placement.on(args[1]))) {
      tandem.generateAll(requests.subList(0, 1), GenerationListener.NONE);
      Files.createFile(Path.of(meeting + "." + args[1].replace(':', '-')));
      long giveUp = System.nanoTime() + PATIENCE_NS;
      while (ready(meeting) < processes) {
        patience(giveUp);
        Thread.sleep(1);
      }
      RunReport report = tandem.generateAll(requests, GenerationListener.NONE);
      System.out.printf(
          Locale.ROOT, "%s %d %.6f%n", args[1], processes, report.picturesPerSecond());
      // Keeps the other one company until it is done as well, so that neither ends alone.
      Files.createFile(Path.of(meeting + ".done." + args[1].replace(':', '-')));
      giveUp = System.nanoTime() + PATIENCE_NS;
      while (done(meeting) < processes) {
        patience(giveUp);
        tandem.generateAll(requests.subList(0, 1), GenerationListener.NONE);
      }
    }
  }

  private static void patience(long giveUp) {
    if (System.nanoTime() > giveUp) {
      throw new IllegalStateException("the other process does not come");
    }
  }

  private static long ready(Path meeting) throws Exception {
    return files(meeting) - done(meeting);
  }

  private static long done(Path meeting) throws Exception {
    try (var files = Files.list(meeting.getParent())) {
      String prefix = meeting.getFileName() + ".done.";
      return files.filter(f -> f.getFileName().toString().startsWith(prefix)).count();
    }
  }

  private static long files(Path meeting) throws Exception {
    try (var files = Files.list(meeting.getParent())) {
      String prefix = meeting.getFileName() + ".";
      return files.filter(f -> f.getFileName().toString().startsWith(prefix)).count();
    }
  }
}
