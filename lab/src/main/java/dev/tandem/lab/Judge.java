package dev.tandem.lab;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Device;
import dev.tandem.devices.Devices;
import dev.tandem.devices.Executables;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.stages.ClipStage;
import dev.tandem.stages.Runner;
import dev.tandem.stages.quality.UnitVectors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A small CLIP with its objects and real pictures: says how near a picture is to its prompt, and
 * which object it shows. One thread at a time.
 */
public final class Judge implements AutoCloseable {
  private final Device device;
  private final Executables executables;
  private final ClipStage clip;
  private final HeldOut heldOut;
  private final List<float[]> objects;
  private final List<float[]> real;
  private final Map<String, float[]> prompts = new HashMap<>();

  private Judge(Path folder, Device device) {
    this.device = device;
    this.executables = new Executables(device);
    this.clip = new ClipStage(folder, executables, CompileOptions.DEFAULT);
    this.heldOut = HeldOut.read(folder);
    this.objects = heldOut.objects().stream().map(this::ofPrompt).toList();
    this.real = heldOut.images().stream().map(i -> ofPixels(i, heldOut.size())).toList();
  }

  /**
   * Opens a judge's folder.
   *
   * @throws dev.tandem.stages.checkpoint.CheckpointException if a part is missing or damaged
   * @throws LabException if its pictures are
   */
  public static Judge open(Path folder, String device) {
    Device opened = Devices.open(device);
    boolean done = false;
    try {
      Judge judge = new Judge(folder, opened);
      done = true;
      return judge;
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  /** What the real pictures show. */
  public HeldOut heldOut() {
    return heldOut;
  }

  /** The vectors of the real pictures. */
  public List<float[]> real() {
    return real;
  }

  /** The vectors of the real pictures that show one of these objects. */
  public List<float[]> real(List<String> wanted) {
    Set<String> set = Set.copyOf(wanted);
    return IntStream.range(0, real.size())
        .filter(i -> set.contains(heldOut.objects().get(i)))
        .mapToObj(real::get)
        .toList();
  }

  /** The unit vector of a picture. */
  public float[] ofPicture(Picture picture) {
    byte[] rgb = picture.rgb();
    float[] image = new float[rgb.length];
    for (int i = 0; i < rgb.length; i++) {
      image[i] = (rgb[i] & 255) / 255f;
    }
    return clip.ofPicture(image, picture.height(), picture.width(), Runner.DIRECT);
  }

  /** The unit vector of a square picture {@code [size, size, 3]} in 0..1. */
  public float[] ofPixels(float[] image, int size) {
    return clip.ofPicture(image, size, size, Runner.DIRECT);
  }

  /** The CLIP score: the cosine of a picture's vector with its prompt's. */
  public double score(float[] picture, String prompt) {
    return UnitVectors.cosine(picture, ofPrompt(prompt));
  }

  /** The object that a picture's vector is nearest to, among all that the judge knows. */
  public String object(float[] picture) {
    return heldOut.objects().get(UnitVectors.nearest(picture, objects));
  }

  private float[] ofPrompt(String prompt) {
    return prompts.computeIfAbsent(prompt, p -> clip.ofPrompt(p, Runner.DIRECT));
  }

  @Override
  public void close() {
    clip.close();
    executables.close();
    device.close();
  }
}
