package dev.tandem.conformance.golden;

import dev.tandem.devices.Device;
import java.util.List;

/** Golden data that belongs together, and how to compare the program with it. */
sealed interface GoldenCase {
  /** Where it was found and what it is. */
  String name();

  /** A case that runs in plain Java, so once. */
  non-sealed interface Plain extends GoldenCase {
    List<Check> run();
  }

  /** A case that runs on every device. */
  non-sealed interface OnDevice extends GoldenCase {
    List<Check> run(Device device);
  }

  /** Something that is no case: it always fails. */
  record Unknown(String name, String problem) implements Plain {
    @Override
    public List<Check> run() {
      return List.of(Check.failed(name, Check.JAVA, problem));
    }
  }
}
