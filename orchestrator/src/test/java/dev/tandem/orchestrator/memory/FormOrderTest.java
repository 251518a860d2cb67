package dev.tandem.orchestrator.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.CompileOptions.WeightMemory;
import dev.tandem.orchestrator.request.VaeTiling;
import dev.tandem.stages.Decoding;
import dev.tandem.stages.MemoryForm;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which forms are tried, and in which order. */
class FormOrderTest {
  private static final FormOrder.Part ALL =
      new FormOrder.Part(true, true, true, 64, 8, EnumSet.allOf(WeightMemory.class));

  private static List<MemoryForm> forms(FormOrder.Part part, VaeTiling tiling, boolean allowed) {
    return new FormOrder(part, tiling, allowed).all();
  }

  private static VaeTiling tiling(VaeTiling.Mode mode) {
    return new VaeTiling(mode, 0);
  }

  @Test
  void theUsualFormComesFirstAndTheHighestBandsBeforeLowerOnes() {
    List<MemoryForm> forms = forms(ALL, VaeTiling.AUTO, false);
    assertThat(forms.getFirst()).isEqualTo(MemoryForm.USUAL);
    assertThat(forms).doesNotHaveDuplicates();
    assertThat(forms)
        .containsSubsequence(
            MemoryForm.USUAL.with(new Decoding.Bands(256)),
            MemoryForm.USUAL.with(new Decoding.Bands(8)),
            MemoryForm.USUAL.withOneStage(),
            MemoryForm.USUAL.withWeights(WeightMemory.REST),
            MemoryForm.USUAL.withWeights(WeightMemory.STREAM));
    assertThat(forms).noneMatch(f -> f.weights() == WeightMemory.SPEED);
  }

  @Test
  void tilesComeAfterAllExactFormsAndOnlyWhereTheyAreAllowed() {
    assertThat(forms(ALL, VaeTiling.AUTO, false)).noneMatch(FormOrderTest::tiled);
    List<MemoryForm> allowed = forms(ALL, VaeTiling.AUTO, true);
    int exact = forms(ALL, VaeTiling.AUTO, false).size();
    assertThat(allowed.subList(0, exact)).noneMatch(FormOrderTest::tiled);
    assertThat(allowed.subList(exact, allowed.size())).isNotEmpty().allMatch(FormOrderTest::tiled);
    assertThat(allowed).contains(MemoryForm.USUAL.with(new Decoding.Tiled(8)));
    assertThat(forms(ALL, tiling(VaeTiling.Mode.ON), false)).allMatch(FormOrderTest::tiled);
  }

  @Test
  void whatADeviceDoesNotDoIsNotVaried() {
    FormOrder.Part decodes =
        new FormOrder.Part(false, false, true, 64, 8, Set.of(WeightMemory.AUTO));
    assertThat(forms(decodes, VaeTiling.AUTO, false))
        .noneMatch(f -> f.halves() || f.recompute() > 0);
    FormOrder.Part denoises =
        new FormOrder.Part(true, false, false, 64, 8, Set.of(WeightMemory.AUTO));
    assertThat(forms(denoises, VaeTiling.AUTO, true))
        .noneMatch(f -> f.halves() || !f.decoding().equals(Decoding.WHOLE));
    assertThat(forms(ALL, tiling(VaeTiling.Mode.OFF), true))
        .allMatch(f -> f.decoding().equals(Decoding.WHOLE));
    assertThat(forms(ALL, tiling(VaeTiling.Mode.BANDS), true))
        .allMatch(f -> f.decoding() instanceof Decoding.Bands);
  }

  private static boolean tiled(MemoryForm f) {
    return f.decoding() instanceof Decoding.Tiled;
  }
}
