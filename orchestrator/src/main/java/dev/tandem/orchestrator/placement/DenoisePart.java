package dev.tandem.orchestrator.placement;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A range of the denoising steps and where it is done.
 *
 * @param steps how many
 * @param device computes the U-Net; with {@code unconditional} only its conditional half
 * @param unconditional the device that computes the unconditional half of each step at the same
 *     time; empty to compute both halves in one batch. Not used where a picture has no guidance
 */
public record DenoisePart(Steps steps, String device, Optional<String> unconditional) {
  public DenoisePart {
    Lane.requireDevice("denoise.device", device);
    unconditional.ifPresent(d -> Lane.requireDevice("denoise.unconditional", d));
    if (unconditional.filter(device::equals).isPresent()) {
      throw new PlacementException(
          "denoise.unconditional is '"
              + device
              + "', the same as denoise.device: leave it out to compute both halves there");
    }
  }

  /** All steps that are left, both halves on one device. */
  public static DenoisePart on(String device) {
    return new DenoisePart(new Steps.Rest(), device, Optional.empty());
  }

  /** So many steps, both halves on one device. */
  public static DenoisePart of(int steps, String device) {
    return new DenoisePart(new Steps.Count(steps), device, Optional.empty());
  }

  /** All steps that are left, the halves of each step on two devices. */
  public static DenoisePart split(String conditional, String unconditional) {
    return new DenoisePart(new Steps.Rest(), conditional, Optional.of(unconditional));
  }

  /** The one or two devices. */
  public Set<String> devices() {
    Set<String> all = new LinkedHashSet<>(List.of(device));
    unconditional.ifPresent(all::add);
    return all;
  }
}
