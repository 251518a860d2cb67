package dev.tandem.planning.calibrate;

import dev.tandem.devices.profile.Range;
import dev.tandem.devices.profile.StageCost;
import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.request.Request;
import dev.tandem.planning.CostStage;
import dev.tandem.planning.ModelId;
import dev.tandem.planning.calibrate.Calibration.Size;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * What the host needs to write a picture as a PNG file.
 *
 * @param model named in the costs
 */
record OutputBench(ModelId model) {
  private static final int RUNS = 9;

  List<StageCost> costs(List<Size> sizes) {
    return sizes.stream().map(this::cost).toList();
  }

  private StageCost cost(Size size) {
    byte[] rgb = new byte[size.width() * size.height() * 3];
    new Random(1).nextBytes(rgb);
    Request request = Request.of("calibration").withSize(size.width(), size.height());
    Picture picture = new Picture(0, request, model.name(), rgb);
    List<Double> times = new ArrayList<>();
    try {
      Path file = Files.createTempFile("tandem-calibrate", ".png");
      try {
        for (int i = 0; i < RUNS; i++) {
          long start = System.nanoTime();
          picture.writePng(file);
          times.add((double) (System.nanoTime() - start));
        }
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a picture cannot be written for measuring", e);
    }
    Statistics s = Statistics.of(times);
    return new StageCost(
        model.name(),
        model.digest(),
        CostStage.OUTPUT.key(),
        size.width(),
        size.height(),
        1,
        Optional.empty(),
        Rounding.of(s.median() / 1e6, Range.MILLIS),
        Rounding.of(s.mad() / 1e6, Range.AMOUNT),
        0,
        0,
        0);
  }
}
