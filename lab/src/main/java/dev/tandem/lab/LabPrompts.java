package dev.tandem.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What a lab asks for: common objects, which the default model saw most of ({@code COMMON_OBJECTS}
 * of {@code training/data.py}), in its styles and on its backgrounds. Each is dealt as cards are,
 * so that all come equally often: two pictures of five are on white, the others on the other
 * colours.
 */
final class LabPrompts {
  private static final long ORDER = 1;
  private static final List<String> STYLES = List.of("noto", "twemoji", "flat", "glossy");
  private static final List<Boolean> ON_WHITE = List.of(true, true, false, false, false);
  private static final List<String> COLOURS =
      List.of(
          "black", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown",
          "gray");

  private LabPrompts() {}

  /**
   * The common objects that a judge knows; if it knows none, all that it knows.
   *
   * @param known the judge's objects
   */
  static List<String> objects(List<String> known) {
    List<String> both = new ArrayList<>(common());
    both.retainAll(Set.copyOf(known));
    return both.isEmpty() ? known : both;
  }

  /**
   * The first pairs of an endless list, always the same.
   *
   * @param seed of the first pair; pair i has seed + i
   */
  static List<LabPair> pairs(List<String> objects, int count, long seed) {
    Random random = new Random(ORDER);
    Deck<String> names = new Deck<>(objects, random);
    Deck<String> styles = new Deck<>(STYLES, random);
    Deck<Boolean> white = new Deck<>(ON_WHITE, random);
    Deck<String> colours = new Deck<>(COLOURS, random);
    List<LabPair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String object = names.deal();
      String prompt = object + ", " + styles.deal() + " style";
      // As in training, white is what is meant where no background is named.
      prompt += white.deal() ? "" : " on a " + colours.deal() + " background";
      pairs.add(new LabPair(i, prompt, object, seed + i));
    }
    return pairs;
  }

  /** The names of {@code common-objects.txt}. */
  static List<String> common() {
    try (InputStream in = LabPrompts.class.getResourceAsStream("common-objects.txt")) {
      if (in == null) {
        throw new IllegalStateException("common-objects.txt is missing from the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deals all its cards in a random order, then again in another. */
  private static final class Deck<T> {
    private final List<T> cards;
    private final Random random;
    private int dealt;

    Deck(List<T> cards, Random random) {
      this.cards = new ArrayList<>(cards);
      this.random = random;
    }

    T deal() {
      if (dealt % cards.size() == 0) {
        Collections.shuffle(cards, random);
      }
      return cards.get(dealt++ % cards.size());
    }
  }
}
