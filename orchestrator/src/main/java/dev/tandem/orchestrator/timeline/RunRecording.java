package dev.tandem.orchestrator.timeline;

import dev.tandem.devices.OpSpans;
import dev.tandem.graph.Node;

/**
 * Records one run of an executable: give {@link #opSpans} to the device, then call {@link #end}
 * whatever happened. The run lasts as long as the device says it computed, else from the making of
 * this object to its end.
 */
public final class RunRecording {
  private final Timeline timeline;
  private final String stage;
  private final String device;
  private final int picture;
  private final int step;
  private final long startNs = System.nanoTime();
  private final OpSpans listener = new Listener();
  private long busyFromNs;
  private long busyToNs;
  private boolean told;
  private long errorNs;

  RunRecording(Timeline timeline, String stage, String device, int picture, int step) {
    this.timeline = timeline;
    this.stage = stage;
    this.device = device;
    this.picture = picture;
    this.step = step;
  }

  /** What the device shall tell. */
  public OpSpans opSpans() {
    return timeline.detail() == Detail.HOST ? OpSpans.NONE : listener;
  }

  /** The run is over. */
  public void end() {
    if (told) {
      add(Span.Kind.RUN, 0, busyFromNs, busyToNs, "");
    } else {
      add(Span.Kind.RUN, 0, startNs, System.nanoTime(), "");
    }
  }

  private void add(Span.Kind kind, int lane, long from, long to, String detail) {
    timeline.add(new Span(kind, stage, device, picture, step, lane, from, to, detail, errorNs));
  }

  private final class Listener implements OpSpans {
    @Override
    public boolean operations() {
      return timeline.detail() == Detail.OPERATIONS;
    }

    @Override
    public void clockError(long ns) {
      errorNs = ns;
    }

    @Override
    public void busy(long from, long to) {
      told = true;
      busyFromNs = from;
      busyToNs = to;
    }

    @Override
    public boolean parts() {
      return true;
    }

    @Override
    public void span(Node node, long from, long to) {
      span(node, 0, from, to);
    }

    @Override
    public void span(Node node, int part, long from, long to) {
      add(Span.Kind.OPERATION, part, from, to, node.op().kind() + " " + node.name());
    }

    @Override
    public void transfer(Direction direction, long bytes, long from, long to) {
      String name = direction.name().toLowerCase(java.util.Locale.ROOT);
      add(Span.Kind.TRANSFER, 0, from, to, name + " " + bytes + " bytes");
    }
  }
}
