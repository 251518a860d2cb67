package dev.tandem.stages.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run is a chain of values: nothing is remembered outside them, nothing in them changes. */
class PureStateTest {
  private static final int SIZE = 12;
  private static final int STEPS = 6;
  private static final long SEED = 5;

  static Stream<Sampler> samplers() {
    return Samplers.names().stream()
        .map(name -> Samplers.of(name, Configs.stableDiffusion("{}"), STEPS));
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void sameStateAndOutputGiveTheSameState(Sampler sampler) {
    List<SamplerState> chain = chain(sampler);
    for (int i = 0; i + 1 < chain.size(); i++) {
      assertThat(sampler.next(chain.get(i), output(i), noise(i))).isEqualTo(chain.get(i + 1));
    }
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void anotherRunOnTheSameSamplerDisturbsNothing(Sampler sampler) {
    List<SamplerState> alone = chain(sampler);
    SamplerState one = sampler.start(output(100));
    SamplerState other = sampler.start(output(77));
    for (int i = 0; !sampler.done(one); i++) {
      one = sampler.next(one, output(i), noise(i));
      other = sampler.next(other, output(i + 50), noise(i + 50));
      assertThat(one).isEqualTo(alone.get(i + 1));
      assertThat(other).isNotEqualTo(one);
    }
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void aBranchLeavesTheRunItLeftAlone(Sampler sampler) {
    List<SamplerState> chain = chain(sampler);
    int middle = chain.size() / 2;
    SamplerState branch = sampler.next(chain.get(middle), output(999), noise(999));
    assertThat(branch).isNotEqualTo(chain.get(middle + 1));

    SamplerState state = chain.get(middle);
    for (int i = middle; !sampler.done(state); i++) {
      state = sampler.next(state, output(i), noise(i));
    }
    assertThat(state).isEqualTo(chain.get(chain.size() - 1));
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void callersArraysAreNeitherKeptNorGivenAway(Sampler sampler) {
    float[] initial = output(100);
    SamplerState state = sampler.start(initial);
    Arrays.fill(initial, 0);
    Arrays.fill(sampler.modelInput(state), 0);
    Arrays.fill(sampler.sample(state), 0);
    assertThat(sampler.sample(state)).isEqualTo(output(100));

    float[] output = output(0);
    SamplerState next = sampler.next(state, output, noise(0));
    Arrays.fill(output, 0);
    assertThat(next).isEqualTo(chain(sampler).get(1));
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void aRunEndsAfterTheEvaluationsItAnnounced(Sampler sampler) {
    SamplerState last = chain(sampler).get(sampler.evaluations());

    assertThat(sampler.done(last)).isTrue();
    assertThatThrownBy(() -> sampler.timestep(last))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("done after " + sampler.evaluations() + " evaluations");
    assertThatThrownBy(() -> sampler.modelInput(last)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> sampler.next(last, output(0), noise(0)))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void anOutputOfAnotherSizeIsRefused(Sampler sampler) {
    SamplerState state = sampler.start(output(0));

    assertThatThrownBy(() -> sampler.next(state, new float[SIZE + 1], noise(0)))
        .hasMessageContaining("the model gave 13 values for a latent of 12");
  }

  private static List<SamplerState> chain(Sampler sampler) {
    List<SamplerState> chain = new ArrayList<>();
    chain.add(sampler.start(output(100)));
    while (!sampler.done(chain.get(chain.size() - 1))) {
      int i = chain.size() - 1;
      chain.add(sampler.next(chain.get(i), output(i), noise(i)));
    }
    return chain;
  }

  private static float[] output(int index) {
    return noise(1000 + index).normal(SIZE);
  }

  private static NoiseSource noise(int index) {
    Random random = new Random(SEED + index);
    return count -> {
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return values;
    };
  }
}
