package dev.tandem.devices.files;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileNameTest {
  @ParameterizedTest
  @CsvSource({
    "apple, 5, apple",
    "apple, 4, appl",
    "红红, 5, 红",
    "a😀b, 4, a",
    "a😀b, 5, a😀",
    "e\u0301e\u0301, 5, e\u0301",
    "x👩‍👩‍👧, 18, x",
    "x👩‍👩‍👧, 19, x👩‍👩‍👧"
  })
  void aLetterIsNeverCut(String name, int bytes, String cut) {
    assertThat(FileName.cut(name, bytes)).isEqualTo(cut);
  }

  @Property(tries = 300)
  void itIsABeginningThatFits(@ForAll String name, @ForAll @IntRange(max = 40) int bytes) {
    String cut = FileName.cut(name, bytes);
    assertThat(name).startsWith(cut);
    assertThat(FileName.bytes(cut)).isLessThanOrEqualTo(Math.max(bytes, 0));
  }
}
