package dev.tandem.orchestrator.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes that no picture can have are refused before anything looks at them. */
class RequestTest {
  @ParameterizedTest
  @CsvSource({
    "2147483640, 8",
    "8, 2147483640",
    "65536, 8",
    "40000, 40000",
    "26760, 26760",
    "-8, 8",
    "8, -8"
  })
  void impossibleSizesAreRefusedWithTheBound(int width, int height) {
    assertThatThrownBy(() -> Request.of("apple").withSize(width, height))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(width + " x " + height);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "8, 8", "65535, 8", "8, 65535", "26752, 26752", "0, 512"})
  void whatFitsAnArrayIsAccepted(int width, int height) {
    Request r = Request.of("apple").withSize(width, height);
    assertThat(3L * r.width() * r.height()).isLessThan(Integer.MAX_VALUE);
  }
}
