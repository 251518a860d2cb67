package dev.tandem.kernels.opencl;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tandem.devices.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tunables as data: the built-in table and, before it, a tuned profile. An entry applies where all
 * that it names fits; of those that apply, the most exact one wins: shape, then device, then vendor
 * and type, then vector width, then type, then the default.
 */
record TunableTable(List<Entry> entries) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One line of the table. What is absent fits everything.
   *
   * @param kernel the kernel file, for example {@code gemm_panel}
   * @param device a device's whole name
   * @param type CPU, INTEGRATED_GPU, DISCRETE_GPU or ACCELERATOR
   * @param vectorWidth floats in a vector register
   * @param shape an operation's shape key, see {@link ShapeKey}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Entry(
      String kernel,
      String device,
      String vendor,
      String type,
      Integer vectorWidth,
      String shape,
      Map<String, Integer> values) {

    boolean fits(String wanted, ClDevice d, String wantedShape) {
      return wanted.equals(kernel)
          && fits(device, d.name())
          && fits(vendor, d.vendor())
          && fits(type, d.type().name())
          && fits(shape, wantedShape)
          && (vectorWidth == null || vectorWidth == d.vectorWidth());
    }

    private static boolean fits(String asked, String is) {
      return asked == null || asked.equals(is);
    }

    int exactness() {
      return (shape != null ? 32 : 0)
          + (device != null ? 16 : 0)
          + (vendor != null ? 8 : 0)
          + (vectorWidth != null ? 4 : 0)
          + (type != null ? 2 : 0);
    }
  }

  TunableTable {
    entries = List.copyOf(entries);
  }

  /** The built-in table, after the given profiles. */
  static TunableTable load(List<Path> profiles) {
    List<Entry> all = new ArrayList<>();
    for (Path p : profiles) {
      try {
        all.addAll(parse(p.toString(), Files.readString(p)));
      } catch (IOException e) {
        throw new DeviceException("profile " + p + " cannot be read: " + e.getMessage(), e);
      }
    }
    try (InputStream in = TunableTable.class.getResourceAsStream("tunables.json")) {
      all.addAll(
          parse(
              "tunables.json",
              new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TunableTable(all);
  }

  /** The entries in a profile's {@code tunables} list; other members of the profile are ignored. */
  static List<Entry> parse(String name, String json) {
    try {
      var list = JSON.readTree(json).path("tunables");
      return list.isMissingNode() ? List.of() : List.of(JSON.treeToValue(list, Entry[].class));
    } catch (JsonProcessingException e) {
      throw new DeviceException("profile " + name + ": " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Values for a kernel on a device.
   *
   * @throws DeviceException if not even a default is known
   */
  Tunables find(String kernel, ClDevice device, String shape) {
    Optional<Entry> best =
        entries.stream()
            .filter(e -> e.fits(kernel, device, shape))
            .max(Comparator.comparingInt(Entry::exactness));
    return best.map(e -> Tunables.of(e.values()))
        .orElseThrow(
            () ->
                new DeviceException("no tunables for kernel '" + kernel + "' on " + device.name()));
  }

  /** The same table with more exact knowledge in front. */
  TunableTable with(List<Entry> first) {
    List<Entry> all = new ArrayList<>(first);
    all.addAll(entries);
    return new TunableTable(all);
  }
}
