package dev.tandem.orchestrator.timeline;

import jdk.jfr.Category;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * Spans as JFR events, one type a kind so that each can be switched. A span is known when it is
 * over, so the event lies at that time and its length is {@code spanDuration}.
 */
final class SpanEvents {
  private SpanEvents() {}

  /**
   * Commits the span's event if its type is recorded. Where nothing has started Flight Recorder no
   * event type is touched: making one known to it takes a tenth of a second.
   */
  static void emit(Span span) {
    if (!FlightRecorder.isInitialized()) {
      return;
    }
    SpanEvent event =
        switch (span.kind()) {
          case STAGE -> new StageEvent();
          case STEP -> new StepEvent();
          case RUN -> new RunEvent();
          case OPERATION -> new OperationEvent();
          case TRANSFER -> new TransferEvent();
          case WAIT -> new WaitEvent();
          case BLOCKED -> new BlockedEvent();
        };
    if (event.shouldCommit()) {
      event.fill(span);
      event.commit();
    }
  }

  @Category("Tandem")
  @StackTrace(false)
  @SuppressWarnings("unused") // JFR reads the fields: not private ones of a super class
  abstract static class SpanEvent extends Event {
    @Label("Stage")
    protected String stage = "";

    @Label("Device")
    protected String device = "";

    @Label("Picture")
    protected int picture;

    @Label("Step")
    protected int step;

    @Label("Lane")
    protected int lane;

    @Label("Span duration")
    @Timespan(Timespan.NANOSECONDS)
    protected long spanDuration;

    @Label("Detail")
    protected String detail = "";

    @Label("Clock error")
    @Timespan(Timespan.NANOSECONDS)
    protected long clockError;

    private void fill(Span span) {
      stage = span.stage();
      device = span.device();
      picture = span.picture();
      step = span.step();
      lane = span.lane();
      spanDuration = span.durationNs();
      detail = span.detail();
      clockError = span.errorNs();
    }
  }

  @Name("dev.tandem.Stage")
  @Label("Picture in a stage")
  static final class StageEvent extends SpanEvent {}

  @Name("dev.tandem.Step")
  @Label("Step of the sampler")
  static final class StepEvent extends SpanEvent {}

  @Name("dev.tandem.Run")
  @Label("Device computing")
  static final class RunEvent extends SpanEvent {}

  @Name("dev.tandem.Operation")
  @Label("Operation on a device")
  @Enabled(false)
  static final class OperationEvent extends SpanEvent {}

  @Name("dev.tandem.Transfer")
  @Label("Transfer")
  static final class TransferEvent extends SpanEvent {}

  @Name("dev.tandem.Wait")
  @Label("Stage waiting for input")
  static final class WaitEvent extends SpanEvent {}

  @Name("dev.tandem.Blocked")
  @Label("Stage held up by the next one")
  static final class BlockedEvent extends SpanEvent {}
}
