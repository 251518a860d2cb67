package dev.tandem.orchestrator;

import java.util.LinkedHashSet;
import java.util.List;

/**
 * Which device does what, as {@code Devices.open} takes them. Equal texts are one device.
 *
 * @param text runs the text encoders
 * @param unet runs the denoising loop
 * @param vae decodes latents
 */
public record Placement(String text, String unet, String vae) {

  /** Everything on one device. */
  public static Placement on(String device) {
    return new Placement(device, device, device);
  }

  /** The distinct devices, in the order of the stages. */
  public List<String> devices() {
    return List.copyOf(new LinkedHashSet<>(List.of(text, unet, vae)));
  }
}
