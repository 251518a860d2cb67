package dev.tandem.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBudgetTest {
  @Test
  void takesUpToItsLimitAndNamesWhatDoesNotFit() {
    MemoryBudget budget = new MemoryBudget("gpu", new MemoryLimit(100, 60));
    budget.take("weights", 60);
    assertThatThrownBy(() -> budget.take("activations", 41))
        .isInstanceOf(DeviceException.class)
        .hasMessage(
            "gpu: no memory for activations: 41 bytes asked, but 60 of its 100 bytes are already in"
                + " use");
    budget.take("activations", 40);
    budget.giveBack(100);
    assertThat(budget.used()).isZero();
    assertThatThrownBy(() -> budget.take("activations", 61))
        .hasMessage(
            "gpu: no memory for activations: 61 bytes asked, but its largest buffer is 60 bytes");
    assertThatThrownBy(() -> budget.giveBack(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aUseFitsInTotalAndInItsLargestBuffer() {
    MemoryLimit limit = new MemoryLimit(100, 60);
    assertThat(limit.fits(use(100, 60), 0)).isTrue();
    assertThat(limit.fits(use(101, 60), 0)).isFalse();
    assertThat(limit.fits(use(61, 61), 0)).isFalse();
    assertThat(limit.fits(use(50, 50), 51)).as("with 51 in use").isFalse();
    assertThat(limit.atMost(40)).isEqualTo(new MemoryLimit(40, 40));
    assertThat(limit.atMost(1000)).isEqualTo(limit);
    assertThatThrownBy(() -> MemoryLimit.of(0)).hasMessageContaining("got 0");
  }

  private static Executable.MemoryUse use(long total, long largest) {
    return new Executable.MemoryUse(total - 2, 1, 1, largest);
  }

  @ParameterizedTest
  @CsvSource({
    "4096, 4096",
    "64K, 65536",
    "512M, 536870912",
    "1.5g, 1610612736",
    "2GiB, 2147483648",
    "1 kb, 1024",
    "1T, 1099511627776"
  })
  void sizesAreRead(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0.5", "-1", "M", "12Q", "1e9", "1.G", "999999999999999T"})
  void whatIsNoSizeIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "1023, 1023 bytes",
    "1024, 1.00 KiB",
    "1610612736, 1.50 GiB",
    "104857600, 100.0 MiB",
    "1048575, 1.00 MiB"
  })
  void sizesAreWritten(long bytes, String text) {
    assertThat(ByteSize.format(bytes)).isEqualTo(text);
  }
}
