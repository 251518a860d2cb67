package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeedsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "42",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615"
      })
  void everySeedOfTorchIsTakenAndWrittenAsItWasRead(String text) {
    long seed = Seeds.first(text, 1);
    assertThat(Long.toUnsignedString(seed)).isEqualTo(text);
    assertThat(Seeds.unsigned(seed)).hasToString(text);
    assertThat(Seeds.firstNamed(text, 1)).isEqualTo(seed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-2", "18446744073709551616", "1e3", "0x10", "many", "", "1.5"})
  void whatIsNoSeedIsRefusedWithTheBounds(String text) {
    assertThatThrownBy(() -> Seeds.first(text, 1))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--seed must be 0 to 18446744073709551615, or -1 (draw one), got '" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "18446744073709551615, 2, 18446744073709551614",
    "18446744073709551600, 1000000, 18446744073708551616"
  })
  void countingPastTheLargestIsRefusedBeforeTheRun(String text, long pictures, String most) {
    assertThatThrownBy(() -> Seeds.first(text, pictures))
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("--seed " + text, pictures + " pictures", "at most " + most);
    assertThat(Long.toUnsignedString(Seeds.first(most, pictures))).isEqualTo(most);
  }

  @Test
  void minusOneDrawsOneOf32Bits() {
    assertThat(Seeds.first("-1", 1_000_000)).isBetween(0L, (1L << 32) - 1);
    assertThatThrownBy(() -> Seeds.firstNamed("-1", 1))
        .hasMessage("--seed must be 0 to 18446744073709551615, got '-1'");
  }

  @Test
  void aSeriesCountsUpThroughTheSignBit() {
    Series series =
        new Series(
            dev.tandem.orchestrator.request.Request.of(""),
            List.of("a", "b"),
            2,
            Seeds.first("9223372036854775806", 4));
    assertThat(series)
        .extracting(r -> r.prompt() + Long.toUnsignedString(r.seed()))
        .containsExactly(
            "a9223372036854775806",
            "a9223372036854775807",
            "b9223372036854775808",
            "b9223372036854775809");
    assertThat(new OutputPattern("{seed}").file(3, series.getLast()))
        .hasToString("9223372036854775809.png");
  }

  @Test
  void moreThanCanBeNumberedIsRefused() {
    List<String> prompts = java.util.Collections.nCopies(3000, "a");
    assertThatThrownBy(
            () -> new Series(dev.tandem.orchestrator.request.Request.of(""), prompts, 1_000_000, 0))
        .isInstanceOf(UsageException.class)
        .hasMessage("3000 prompts with --count 1000000 are more than 2147483647 pictures");
  }
}
