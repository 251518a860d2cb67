package dev.tandem.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.Devices;
import dev.tandem.orchestrator.request.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * What a reader must know to repeat a measurement.
 *
 * @param command as it was typed
 * @param machine processor, cores, memory, system, Java, devices
 * @param job what was made
 */
record RunFacts(String command, ObjectNode machine, ObjectNode job) {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  static RunFacts now(CommandLine line, Path model, List<Request> requests, int repeat) {
    String words =
        line.getParseResult().originalArgs().stream()
            .map(RunFacts::quoted)
            .collect(Collectors.joining(" "));
    String command = line.getCommandSpec().qualifiedName() + (words.isEmpty() ? "" : " " + words);
    return new RunFacts(command, thisMachine(), job(model, requests, repeat));
  }

  private static ObjectNode thisMachine() {
    ObjectNode m = MAPPER.createObjectNode();
    m.put("processor", processor());
    m.put("cores", Runtime.getRuntime().availableProcessors());
    m.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    m.put("java", Runtime.version().toString());
    m.put("tandem", new Main.Version().getVersion()[0]);
    m.put("measured", Instant.now().toString());
    ArrayNode devices = m.putArray("devices");
    Devices.list()
        .forEach(
            d -> {
              ObjectNode node = devices.addObject();
              node.put("id", d.id());
              node.put("name", d.name());
              node.put("driver", d.driver());
              node.put("computeUnits", d.computeUnits());
              node.put("memoryBytes", d.memoryBytes());
            });
    return m;
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(l -> l.startsWith("model name"))
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown"; // not Linux: the devices name it
    }
  }

  private static ObjectNode job(Path model, List<Request> requests, int repeat) {
    Request r = requests.getFirst();
    ObjectNode j = MAPPER.createObjectNode();
    j.put("model", model.toAbsolutePath().normalize().getFileName().toString());
    j.put("pictures", requests.size());
    j.put("steps", r.steps());
    r.init().ifPresent(i -> j.put("strength", i.strength()));
    j.put("guidance", r.guidance());
    j.put("seed", Seeds.unsigned(r.seed()));
    j.put("rounds", repeat);
    requests.stream().map(Request::prompt).distinct().forEach(j.putArray("prompts")::add);
    return j;
  }

  private static String quoted(String word) {
    return word.matches("[\\w./,:=+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
