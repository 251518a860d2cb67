import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints the figures in a folder as markdown. Argument: the folder that {@code run} filled. */
public final class Summary {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    double ceiling = ceiling(Files.readAllLines(folder.resolve("ceiling.txt")));
    List<String> rows = new ArrayList<>();
    JsonNode any = null;
    for (String name : names(folder)) {
      JsonNode json = MAPPER.readTree(folder.resolve(name).toFile());
      any = json;
      rows.add(row(name.replace(".json", ""), json, ceiling));
    }
    if (any == null) {
      throw new IllegalStateException("no comparison succeeded: see " + folder);
    }
    JsonNode m = any.get("machine");
    System.out.printf(
        Locale.ROOT,
        "Machine: %s, %d cores, %s; Java %s; %s; %d pictures, %d rounds.%n%n",
        m.get("processor").asText(),
        m.get("cores").asInt(),
        m.get("system").asText(),
        m.get("java").asText(),
        driver(m),
        any.at("/job/pictures").asInt(),
        any.at("/job/rounds").asInt());
    System.out.printf(
        Locale.ROOT,
        "The machine's own ceiling, two independent processes against one: **%.3fx**.%n%n",
        ceiling);
    System.out.println(
        "| run | pictures/s | speed-up over sequential | of the ceiling | U-Net step sooner | of the"
            + " ceiling | bound | of the bound | overlap | predicted, error | pictures |");
    System.out.println("| --- ".repeat(11) + "|");
    rows.forEach(System.out::println);
  }

  /** The speed of all processes at once over what one has alone, the median of the rounds. */
  private static double ceiling(List<String> lines) {
    List<Double> alone = new ArrayList<>();
    List<Double> together = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      (words[1].equals("1") ? alone : together).add(Double.parseDouble(words[2]));
    }
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i + 1 < alone.size() && i + 1 < together.size(); i += 2) {
      double one = (alone.get(i) + alone.get(i + 1)) / 2;
      ratios.add((together.get(i) + together.get(i + 1)) / one);
    }
    ratios.sort(null);
    return ratios.get(ratios.size() / 2);
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".json"))
          .sorted()
          .toList();
    }
  }

  private static String row(String name, JsonNode json, double ceiling) {
    JsonNode s = json.get("strategies").get(1);
    double speedUp = s.at("/speedUp/median").asDouble();
    double step = s.at("/stepSpeedUp/median").asDouble();
    JsonNode speed = s.get("picturesPerSecond");
    return String.format(
        Locale.ROOT,
        "| %s | %.3f (%.3f to %.3f) | %.2fx | %.1f %% | %.2fx | %.1f %% | %.3f | %.1f %% | %.1f %% |"
            + " %s | %s |",
        name,
        speed.get("median").asDouble(),
        speed.get("least").asDouble(),
        speed.get("most").asDouble(),
        speedUp,
        100 * speedUp / ceiling,
        step,
        100 * step / ceiling,
        s.at("/boundPicturesPerSecond/median").asDouble(),
        100 * s.at("/shareOfBound/median").asDouble(),
        100 * s.at("/overlap/median").asDouble(),
        s.has("predictionError")
            ? String.format(
                Locale.ROOT,
                "%.3f, %+.1f %%",
                s.get("predictedPicturesPerSecond").asDouble(),
                100 * s.get("predictionError").asDouble())
            : "none",
        s.get("picturesEqual").asBoolean()
            ? "equal"
            : String.format(Locale.ROOT, "%.0f dB", s.get("psnrDb").asDouble()));
  }

  private static String driver(JsonNode machine) {
    for (JsonNode d : machine.get("devices")) {
      if (d.get("id").asText().startsWith("opencl")) {
        return d.get("driver").asText();
      }
    }
    return "no OpenCL";
  }
}
