package dev.tandem.stages.quantize;

/**
 * How the tensors of a quantised product are called, in graphs and in files. Of a product {@code x}
 * whose weight was {@code x.weight} of {@code rows} output channels:
 *
 * <ul>
 *   <li>{@code x.weight.numbers}: I8, as {@code Op.Dequantize} or the operations on whole numbers
 *       take them;
 *   <li>{@code x.weight.scale}: F32 {@code [rows, groups]}, of whole numbers {@code [rows]};
 *   <li>{@code x.inverse}: F32 {@code [in]}, by which each channel of the input is multiplied
 *       before it is rounded; products that read the same value have the same. The numbers are
 *       those of the weight divided by it.
 * </ul>
 *
 * The bias keeps its name.
 */
final class QuantizedNames {
  static final String WEIGHT = ".weight";
  private static final String NUMBERS = ".numbers";
  private static final String SCALE = ".scale";
  private static final String INVERSE = ".inverse";

  private QuantizedNames() {}

  static String numbers(String product) {
    return product + WEIGHT + NUMBERS;
  }

  static String scale(String product) {
    return product + WEIGHT + SCALE;
  }

  static String inverse(String product) {
    return product + INVERSE;
  }

  static boolean isNumbers(String name) {
    return name.endsWith(WEIGHT + NUMBERS);
  }

  static boolean isScale(String name) {
    return name.endsWith(WEIGHT + SCALE);
  }

  static boolean isInverse(String name) {
    return name.endsWith(INVERSE);
  }

  /** The product of any of these names. */
  static String product(String name) {
    String end = isNumbers(name) ? WEIGHT + NUMBERS : isScale(name) ? WEIGHT + SCALE : INVERSE;
    return name.substring(0, name.length() - end.length());
  }
}
