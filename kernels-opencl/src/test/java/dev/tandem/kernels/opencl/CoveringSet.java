package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.Precision;
import dev.tandem.devices.tuning.Trial;
import dev.tandem.devices.tuning.TunedOperation;
import dev.tandem.devices.tuning.TuningListener;
import dev.tandem.devices.tuning.Verification;
import dev.tandem.kernels.opencl.KernelVerifier.Depth;
import dev.tandem.kernels.opencl.tuning.Covering;
import java.util.Set;

/**
 * Every two values of tunables that may meet do meet, on PoCL. With F32 storage; {@code tandem tune
 * --verify} checks all combinations, and F16. A test class for each family of kernels, so that they
 * are compiled side by side.
 */
final class CoveringSet {
  private CoveringSet() {}

  /** Checks the kernels of a family, those of these names among them. */
  static void assertRight(String family, String... kernels) {
    Depth depth = new Depth(Covering::pairs, 2, 1, Set.of(Precision.F32));
    try (OpenClDevice d = Opened.device("opencl:0,profile=off,family=" + family)) {
      Verification v = new KernelVerifier(d, new Silent(), () -> false, depth).verify();
      assertThat(v.failing()).isEmpty();
      assertThat(v.cancelled()).isFalse();
      assertThat(v.combinations()).containsKeys(kernels);
      assertThat(v.combinations())
          .containsKeys("winograd", "rows", "groupnorm", "elementwise", "move");
    }
  }

  private static final class Silent implements TuningListener {
    @Override
    public void onProgress(int done, int total, String label, double fraction) {}

    @Override
    public void onTrial(Trial trial) {}

    @Override
    public void onTuned(TunedOperation operation) {}
  }
}
