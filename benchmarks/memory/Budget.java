import dev.tandem.orchestrator.Tandem;
import dev.tandem.orchestrator.execution.DevicePool;
import dev.tandem.orchestrator.memory.DevicePlan;
import dev.tandem.orchestrator.memory.FormText;
import dev.tandem.orchestrator.memory.MemoryPlans;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.Placement;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.orchestrator.request.RequestException;
import dev.tandem.orchestrator.request.RunOptions;
import dev.tandem.orchestrator.result.GenerationListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * One picture within a memory budget, and what the operating system says that the process took at
 * most. Prints, with tabs: bytes planned, bytes in use at most by the program's own count, peak
 * resident bytes by the operating system, seconds, the form.
 *
 * <p>usage: Budget MODEL DEVICE SIDE BUDGET_BYTES PICTURE_FILE (raw RGB); status 3 if it is refused
 */
public final class Budget implements GenerationListener {
  private MemoryPlans plans = MemoryPlans.of(List.of());
  private byte[] rgb = {};

  private Budget() {}

  public static void main(String[] args) throws IOException {
    String device = args[1];
    int side = Integer.parseInt(args[2]);
    RunOptions options =
        RunOptions.DEFAULT.withMemoryLimit(RunOptions.EVERY_DEVICE, Long.parseLong(args[3]));
    Request request =
        Request.of("red apple").withSteps(2).withGuidance(4).withSize(side, side);
    Budget heard = new Budget();
    long start = System.nanoTime();
    try (DevicePool pool = DevicePool.of(options);
        Tandem tandem = Tandem.open(Path.of(args[0]), Placement.on(device), options, pool)) {
      tandem.generateAll(List.of(request), heard);
      DevicePlan plan = heard.plans.plans().getFirst();
      System.out.printf(
          Locale.ROOT,
          "%d\t%d\t%d\t%.2f\t%s%n",
          plan.peak(),
          pool.peak(device),
          peakResident(),
          (System.nanoTime() - start) / 1e9,
          FormText.of(plan.form()));
    } catch (RequestException e) {
      System.err.println(e.getMessage());
      System.exit(3);
    }
    if (heard.rgb.length == 0) {
      System.exit(1);
    }
    Files.write(Path.of(args[4]), heard.rgb);
  }

  private static long peakResident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }

  @Override
  public void onMemoryPlan(MemoryPlans p) {
    plans = p;
  }

  @Override
  public void onPicture(Picture picture) {
    rgb = picture.rgb();
  }

  @Override
  public void onFailure(int index, Request request, Throwable cause) {
    cause.printStackTrace();
  }
}
