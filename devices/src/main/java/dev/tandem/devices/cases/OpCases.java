package dev.tandem.devices.cases;

import java.util.List;
import java.util.stream.Stream;

/** The table of operation cases. */
public final class OpCases {
  private OpCases() {}

  /** Every case, in a fixed order, with unique names. */
  public static List<OpCase> all() {
    return Stream.of(
            ConvolutionCases.all(),
            LinearCases.all(),
            NormCases.all(),
            AttentionCases.all(),
            ElementwiseCases.all(),
            MovementCases.all(),
            QuantizedCases.all(),
            FusionCases.all(),
            DefaultModelShapes.all(),
            Sd15Shapes.all())
        .flatMap(List::stream)
        .toList();
  }

  /** The cases with a tag. */
  public static List<OpCase> tagged(Tag tag) {
    return all().stream().filter(c -> c.tag() == tag).toList();
  }
}
