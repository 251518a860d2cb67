package dev.tandem.stages;

import dev.tandem.devices.Executable;
import dev.tandem.stages.unet.FirstBlockGraphs;
import dev.tandem.stages.unet.UNet2DConditionModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The first block is computed at every evaluation. Where its output has changed by less than the
 * threshold since the latest evaluation that computed all, that one's residual is taken over.
 *
 * <p>Each half of a guided picture decides for itself, so that it does not matter whether both are
 * computed in one batch or on two devices. In a batch all is computed if one of them needs it; the
 * other half takes its residual over nevertheless.
 */
record FirstBlockUNet(double threshold, UNetPart first, UNetPart rest) implements GuidedUNet {
  @Override
  public List<UNetPart> parts() {
    return List.of(first, rest);
  }

  @Override
  public boolean ready(Denoising d, Half half) {
    return first.ready(d, half) && rest.ready(d, half);
  }

  /** Known only when the first block is computed. */
  @Override
  public boolean shallow(Denoising d, Half half) {
    return false;
  }

  @Override
  public Evaluation evaluate(Denoising d, Half half, Runner runner) {
    Executable head = first.prepared(d, half);
    int size = Math.toIntExact(head.input(FirstBlockGraphs.RESIDUAL).elements() / half.batch());
    head.input(FirstBlockGraphs.RESIDUAL)
        .set(Rows.join(half, h -> d.kept(h).map(Kept::value).orElseGet(() -> new float[size])));
    runner.run(head, d.step());
    float[] blocks = head.output(FirstBlockGraphs.FIRST).toFloats();
    List<float[]> block = Rows.split(half, blocks);
    float[] output = head.output(UNet2DConditionModel.OUTPUT).toFloats();
    List<Boolean> taken = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      float[] now = block.get(i);
      taken.add(d.kept(half.halves().get(i)).filter(k -> k.change(now) < threshold).isPresent());
    }
    if (!taken.contains(false)) {
      return Evaluation.of(half, output, true);
    }
    float[] skip = head.output(FirstBlockGraphs.SKIP).toFloats(); // before another is asked for
    Executable all = rest.prepared(d, half);
    all.input(FirstBlockGraphs.FIRST).set(blocks);
    all.input(FirstBlockGraphs.SKIP).set(skip);
    runner.run(all, d.step());
    List<float[]> last = Rows.split(half, all.output(FirstBlockGraphs.LAST).toFloats());
    float[] computed = all.output(UNet2DConditionModel.OUTPUT).toFloats();
    List<Optional<Kept>> kept = new ArrayList<>();
    int row = output.length / half.batch();
    for (int i = 0; i < taken.size(); i++) {
      if (taken.get(i)) {
        kept.add(Optional.empty());
      } else {
        System.arraycopy(computed, i * row, output, i * row, row);
        kept.add(Optional.of(new Kept(minus(last.get(i), block.get(i)), block.get(i))));
      }
    }
    return new Evaluation(output, kept, false);
  }

  private static float[] minus(float[] a, float[] b) {
    float[] out = new float[a.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = a[i] - b[i];
    }
    return out;
  }
}
