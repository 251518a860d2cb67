package dev.tandem.orchestrator.placement;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One way through the stages. A placement with several lanes makes several pictures at once, each
 * from start to end in one of them.
 *
 * @param share speed of the lane relative to the others, until it has been measured; {@value
 *     #LEAST_SHARE} to {@value #MOST_SHARE}
 * @param text devices that may encode; the one expected to finish first does
 * @param denoise parts in the order of the steps; the last takes all that are left
 * @param decode devices that may decode; the one expected to finish first does
 * @param image devices that may encode a picture to begin with; usually those that decode
 */
public record Lane(
    double share,
    List<String> text,
    List<DenoisePart> denoise,
    List<String> decode,
    List<String> image) {
  public static final double LEAST_SHARE = 1e-6;
  public static final double MOST_SHARE = 1e6;

  public Lane {
    if (!(share >= LEAST_SHARE && share <= MOST_SHARE)) {
      throw new PlacementException("share is " + share + ": it must be 0.000001 to 1000000");
    }
    text = candidates("text", text);
    decode = candidates("decode", decode);
    image = candidates("image", image);
    denoise = List.copyOf(denoise);
    if (denoise.isEmpty()) {
      throw new PlacementException("denoise is []: it needs at least one part");
    }
    for (int i = 0; i < denoise.size(); i++) {
      boolean last = i == denoise.size() - 1;
      if ((denoise.get(i).steps() instanceof Steps.Rest) != last) {
        throw new PlacementException(
            "denoise["
                + i
                + "].steps is "
                + PlacementJson.text(denoise.get(i).steps())
                + (last
                    ? ": the last part must take the \"rest\""
                    : ": only the last part may take the \"rest\""));
      }
    }
  }

  /** A lane that encodes pictures where it decodes them. */
  public Lane(double share, List<String> text, List<DenoisePart> denoise, List<String> decode) {
    this(share, text, denoise, decode, decode);
  }

  /** A lane with one device for each stage. */
  public static Lane of(String text, String denoise, String decode) {
    return new Lane(1, List.of(text), List.of(DenoisePart.on(denoise)), List.of(decode));
  }

  public Lane withShare(double value) {
    return new Lane(value, text, denoise, decode, image);
  }

  /**
   * How many steps each part does.
   *
   * @param total evaluations of the U-Net for the picture
   */
  public List<Integer> stepsOfParts(int total) {
    List<Integer> steps = new ArrayList<>();
    int left = total;
    for (DenoisePart part : denoise) {
      int n = part.steps().of(total, left);
      steps.add(n);
      left -= n;
    }
    return steps;
  }

  /** Devices that may do a stage without steps; the one expected to finish first does. */
  public List<String> devices(String stage) {
    return switch (stage) {
      case "text" -> text;
      case "decode" -> decode;
      case "image" -> image;
      default -> throw new IllegalArgumentException("no devices for stage '" + stage + "'");
    };
  }

  /** The distinct devices, in the order of the stages. */
  public Set<String> devices() {
    Set<String> all = new LinkedHashSet<>(text);
    denoise.forEach(part -> all.addAll(part.devices()));
    all.addAll(decode);
    all.addAll(image);
    return all;
  }

  private static List<String> candidates(String field, List<String> devices) {
    if (devices.isEmpty()) {
      throw new PlacementException(field + " is []: it needs at least one device");
    }
    devices.forEach(d -> requireDevice(field, d));
    if (new HashSet<>(devices).size() < devices.size()) {
      throw new PlacementException(field + " is " + devices + ": it names a device twice");
    }
    return List.copyOf(devices);
  }

  static void requireDevice(String field, String device) {
    if (device.isBlank()) {
      throw new PlacementException(
          field + " is '" + device + "': it must be a device, for example 'cpu'");
    }
  }
}
