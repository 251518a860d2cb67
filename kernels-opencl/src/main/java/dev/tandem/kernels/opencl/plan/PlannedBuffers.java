package dev.tandem.kernels.opencl.plan;

import dev.tandem.kernels.opencl.plan.PlannedBuffer.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The buffers of a plan as they are found to be needed. */
final class PlannedBuffers {
  /** Of a buffer that may turn out to hold nothing, bytes. */
  private static final long LEAST = 64;

  private final List<PlannedBuffer> all = new ArrayList<>();

  /** The number of a new buffer. */
  int add(Kind kind, String purpose, long bytes) {
    return add(kind, purpose, Math.max(LEAST, bytes), Optional.empty(), "");
  }

  /** The number of a new buffer of the caller. */
  int addCallers(Kind kind, String purpose, long bytes) {
    return add(kind, purpose, bytes, Optional.empty(), "");
  }

  /** The number of a new buffer with contents. */
  int add(Kind kind, String purpose, long bytes, Contents contents) {
    return add(kind, purpose, bytes, Optional.of(contents), "");
  }

  /**
   * The number of a new buffer with a weight.
   *
   * @param share names the contents
   */
  int addWeight(Kind kind, String purpose, long bytes, Contents contents, String share) {
    return add(kind, purpose, bytes, Optional.of(contents), share);
  }

  private int add(
      Kind kind, String purpose, long bytes, Optional<Contents> contents, String share) {
    int number = all.size();
    all.add(new PlannedBuffer(number, kind, purpose, bytes, contents, share));
    return number;
  }

  /** Makes a buffer at least so large. */
  void grow(int number, long bytes) {
    PlannedBuffer b = all.get(number);
    if (bytes > b.bytes()) {
      all.set(
          number, new PlannedBuffer(number, b.kind(), b.purpose(), bytes, b.contents(), b.share()));
    }
  }

  List<PlannedBuffer> all() {
    return all;
  }
}
