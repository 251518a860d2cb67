package dev.tandem.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.checkpoint.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The settings that a lab draws where none are named. */
public final class Settings {
  private static final Pattern TRAILING_NUMBER = Pattern.compile(".*?(\\d+)");

  private Settings() {}

  /** The slow basic solver, and the solvers that are to replace it. */
  public static List<Setting> full() {
    return parse(
        "ddpm-1000,ddpm-250,ddim-100,ddim-50,ddim-20,ddim-10,dpmpp_2m-20,dpmpp_2m-15,dpmpp_2m-10,"
            + "dpmpp_2m-5");
  }

  /** Those that two minutes suffice for, with 8 pairs and the students. */
  public static List<Setting> quick() {
    return parse("ddpm-250,ddim-100,ddim-20,ddim-10,dpmpp_2m-20,dpmpp_2m-10,dpmpp_2m-5");
  }

  /** Reads a list with commas. */
  public static List<Setting> parse(String list) {
    return Stream.of(list.split(",")).map(Setting::parse).toList();
  }

  /**
   * The students among the neighbours of a model: folders whose U-Net takes the guidance scale as
   * an input.
   *
   * @return folders by name, in the order of their names
   */
  public static Map<String, Path> students(Path model) {
    Map<String, Path> found = new TreeMap<>();
    Path parent = model.toAbsolutePath().normalize().getParent();
    try (Stream<Path> folders = Files.list(parent)) {
      for (Path folder : folders.toList()) {
        Path config = folder.resolve("unet/config.json");
        if (Files.isRegularFile(config)
            && Config.read(config).json().path("time_cond_proj_dim").isNumber()) {
          found.put(folder.getFileName().toString(), folder);
        }
      }
    } catch (IOException e) {
      throw new LabException(parent + " cannot be read: " + e.getMessage(), e);
    }
    return found;
  }

  /**
   * What a student is made for: 1, 2 and 4 steps of {@code lcm}, or DDIM with the steps at the end
   * of its folder's name; nothing where the name has none.
   */
  public static List<Setting> ofStudent(String name, Path folder) {
    JsonNode scheduler =
        Config.read(folder.resolve("scheduler/scheduler_config.json")).json().path("_class_name");
    List<Setting> out = new ArrayList<>();
    if (scheduler.asText().equals("LCMScheduler")) {
      for (int steps : new int[] {4, 2, 1}) {
        out.add(new Setting(name, "lcm", steps));
      }
      return out;
    }
    Matcher number = TRAILING_NUMBER.matcher(name);
    if (number.matches()) {
      out.add(new Setting(name, "ddim", Integer.parseInt(number.group(1))));
    }
    return out;
  }
}
