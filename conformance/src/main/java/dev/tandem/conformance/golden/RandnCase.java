package dev.tandem.conformance.golden;

import dev.tandem.stages.checkpoint.SafeTensors;
import dev.tandem.stages.random.TorchGenerator;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code torch.randn(n, generator=torch.Generator().manual_seed(seed))} for each tensor {@code
 * seed42/n17}.
 */
record RandnCase(String name, Path file) implements GoldenCase.Plain {
  private static final Pattern TENSOR = Pattern.compile("seed(-?\\d+)/n(\\d+)");

  /** True if a tensor of that name is one of this kind. */
  static boolean names(String tensor) {
    return TENSOR.matcher(tensor).matches();
  }

  @Override
  public List<Check> run() {
    List<Check> checks = new ArrayList<>();
    try (SafeTensors golden = SafeTensors.open(file)) {
      for (String tensor : golden.names()) {
        Matcher m = TENSOR.matcher(tensor);
        String what = name + " " + tensor;
        if (!m.matches()) {
          checks.add(
              Check.failed(what, Check.JAVA, "unknown tensor, expected seed<seed>/n<count>"));
          continue;
        }
        long seed = new BigInteger(m.group(1)).longValue();
        float[] drawn = new TorchGenerator(seed).randn(Integer.parseInt(m.group(2)));
        double error = absoluteError(drawn, golden.get(tensor).toFloats());
        checks.add(Check.of(what, Check.JAVA, error, Bounds.RANDN));
      }
    }
    return checks;
  }

  /** Largest absolute difference; infinite if sizes differ or a value is not finite. */
  static double absoluteError(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      double difference = Math.abs((double) actual[i] - expected[i]);
      worst = Double.isFinite(difference) ? Math.max(worst, difference) : Double.POSITIVE_INFINITY;
    }
    return worst;
  }
}
