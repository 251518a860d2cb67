package dev.tandem.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tandem.stages.checkpoint.Config;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Lists of settings. */
public final class Settings {
  private static final Pattern TRAILING_NUMBER = Pattern.compile(".*?(\\d+)");

  private Settings() {}

  /** The slow basic solver, and the solvers that are to replace it. */
  static List<Setting> full() {
    return parse(
        "ddpm-1000,ddpm-250,ddim-100,ddim-50,ddim-20,ddim-10,dpmpp_2m-20,dpmpp_2m-15,dpmpp_2m-10,"
            + "dpmpp_2m-5");
  }

  /** Those that two minutes suffice for, with 8 pairs and the students. */
  static List<Setting> quick() {
    return parse("ddpm-250,ddim-100,ddim-20,ddim-10,dpmpp_2m-20,dpmpp_2m-10,dpmpp_2m-5");
  }

  /** Reads a list with commas. */
  public static List<Setting> parse(String list) {
    return Stream.of(list.split(",")).map(Setting::parse).toList();
  }

  /**
   * What a student is made for: 1, 2 and 4 steps of {@code lcm}, or DDIM with the steps at the end
   * of its folder's name; nothing where the name has none.
   */
  static List<Setting> ofStudent(String name, Path folder) {
    List<Setting> out = new ArrayList<>();
    if (isConsistency(folder)) {
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

  /** Whether a student is a latent consistency model. */
  static boolean isConsistency(Path folder) {
    JsonNode scheduler =
        Config.read(folder.resolve("scheduler/scheduler_config.json")).json().path("_class_name");
    return scheduler.asText().equals("LCMScheduler");
  }
}
