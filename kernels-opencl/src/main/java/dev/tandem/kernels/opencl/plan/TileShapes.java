package dev.tandem.kernels.opencl.plan;

/**
 * Tunables of the kernels that work on tiles in local memory, made to fit a shape: tiles that are
 * not much larger than what there is, fit the local memory, and are shared out evenly.
 */
final class TileShapes {
  /** What tiles may take, so that several work-groups run on a compute unit at a time, bytes. */
  private static final long MOST_LOCAL = 32 << 10;

  private TileShapes() {}

  /** Fewer rows where half a tile would hold all, and loads that divide what is loaded. */
  static Tunables gemm(Tunables tuned, GemmShape s) {
    int lm = tuned.get("LM");
    int items = lm * tuned.get("LN");
    int tk = tuned.get("TK");
    int wm = tuned.get("WM");
    while (wm % 2 == 0 && lm * wm >= 2 * s.rows() && lm * wm / 2 * tk % items == 0) {
      wm /= 2;
    }
    int load = tuned.get("LOAD");
    int columns = tuned.get("LN") * tuned.get("WN") * tuned.get("VEC");
    return tuned
        .without("LOAD")
        .with("WM", wm)
        .with(
            "X_LOAD", VectorWidth.dividing(load, s.depth(), tk, Math.max(1, lm * wm * tk / items)))
        .with("W_LOAD", VectorWidth.dividing(load, columns, Math.max(1, columns * tk / items)));
  }

  /**
   * Smaller tiles where a large head would not fit the local memory, and sizes that divide them.
   *
   * @param bytes of a value in a tile
   * @param localMemory that the device has, bytes
   */
  static Tunables attention(Tunables tuned, int head, int bytes, long localMemory) {
    int tq = tuned.get("TQ");
    int qw = tuned.get("QW");
    int td = tuned.get("TD");
    int vec = tuned.get("VEC");
    int bk = tuned.get("BK");
    while (local(tq * qw, bk, td, padded(head, td * vec), bytes) > Math.min(localMemory, MOST_LOCAL)
        && bk * tq * qw > 1) {
      if (tq * qw >= bk) {
        boolean fewer = qw > 1;
        qw = fewer ? qw / 2 : 1;
        tq = fewer ? tq : tq / 2;
      } else {
        bk /= 2;
        td = Math.min(td, bk);
        vec = Math.min(vec, bk / td);
        tq = Math.min(tq, bk);
      }
    }
    int channels = padded(head, td * vec);
    return tuned
        .with("TQ", tq)
        .with("QW", qw)
        .with("TD", td)
        .with("VEC", vec)
        .with("BK", bk)
        .with("LOAD", VectorWidth.dividing(tuned.get("LOAD"), head, bk * channels / (tq * td)));
  }

  /** Channels of a head with those that fill the last turn. */
  private static int padded(int head, int turn) {
    return (head + turn - 1) / turn * turn;
  }

  private static long local(int queries, int keys, int td, int channels, int bytes) {
    long values = (long) (queries + keys) * channels + (long) queries * keys;
    return bytes * values + 4L * queries * td;
  }
}
