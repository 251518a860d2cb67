package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Widths as wcwidth of glibc 2.36 has them (python3-wcwidth agrees). */
class ColumnsTest {
  @ParameterizedTest
  @CsvSource({
    "apple, 5",
    "crème, 5",
    "cre\u0300me, 5",
    "红苹果, 6",
    "りんご, 6",
    "リンゴ, 6",
    "ﾘﾝｺﾞ, 4",
    "사과, 4",
    "ＡＢ, 4",
    "「」, 4",
    "🍎, 2",
    "a\u200Bb, 2",
    "яблоко, 6",
    "تفاح, 4",
    "𠀀, 2",
    "…, 1",
    "ー, 2"
  })
  void lettersTakeOneColumnOrTwoOrNone(String text, int columns) {
    assertThat(Columns.of(text)).isEqualTo(columns);
  }

  @ParameterizedTest
  @CsvSource({
    "apple, 5, apple",
    "apple, 4, app…",
    "红苹果, 5, 红苹…",
    "红苹果, 4, 红…",
    "e\u0301e\u0301e, 2, e\u0301…",
    "ab, 1, …",
    "ab, 0, ''"
  })
  void cutsBetweenLetters(String text, int columns, String cut) {
    assertThat(Columns.cut(text, columns)).isEqualTo(cut);
  }
}
