package dev.tandem.lab;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A study that draws no pictures to be judged: it measures, and tells by curves and a table. */
public non-sealed interface CurveStudy extends Study {
  /**
   * Measures. What it keeps to go on where it was lies in a folder of its own name below the
   * results.
   *
   * @throws LabException if it cannot be done with this model or device, or nothing was measured
   *     before it was stopped
   */
  Curves measure(Conditions conditions);

  /**
   * Under which it measures.
   *
   * @param model folder
   * @param judge folder of the judge, with real pictures
   * @param device as {@code Devices.open} takes it
   * @param results folder of the lab's results
   * @param quick whether two minutes are to suffice
   * @param stop asked between two measurements: whether to leave it at what there is
   * @param progress hears a line for each measurement
   */
  record Conditions(
      Path model,
      Path judge,
      String device,
      Path results,
      boolean quick,
      BooleanSupplier stop,
      Consumer<String> progress) {}
}
