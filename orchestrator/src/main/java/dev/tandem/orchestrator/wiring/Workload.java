package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.stages.Runner;
import java.util.List;

/**
 * What the units of a pipeline's stages do to a picture.
 *
 * @param <P> the picture on its way
 */
public interface Workload<P extends PictureTask> {

  /**
   * One call of a unit.
   *
   * @param seat which of the stage's seats does it, from 0
   * @param step number of the picture's step, from 0; 0 for stages without steps
   */
  record Call(Work work, int seat, int step) {}

  /** Work of one kind may come in two forms that cost differently. */
  enum Form {
    /** All of this work costs alike. */
    ALIKE,
    /** The dear form. */
    FULL,
    /** The cheap form: most is taken over from an earlier unit of the picture. */
    SHALLOW
  }

  /** The dearest form that a call may turn out to have; on the device's thread, before it. */
  default Form form(P task, Call call, Place at) {
    return Form.ALIKE;
  }

  /** The form that a call had, by its result. */
  default Form form(Object result) {
    return Form.ALIKE;
  }

  /** Units that a picture still needs of a stage without steps; quick, under the engine's lock. */
  int unitsLeft(P task, String stage);

  /** A unit is about to be started; quick, under the engine's lock. */
  default void begin(P task, Work work) {}

  /** Whether nothing has to be compiled first; on the device's thread. */
  boolean ready(P task, Call call, Place at);

  /**
   * Works at a device, on its thread. Only reads the picture's state, so that it can be repeated.
   */
  Object run(P task, Call call, Place at, Runner runner) throws Exception;

  /**
   * The host's part when all calls of a unit are done: changes the picture's state.
   *
   * @param calls of the unit, with their results
   * @param at where the first call was done
   */
  void join(P task, List<Call> calls, List<Object> results, Place at) throws Exception;

  /** A stage has begun with a picture; outside of the engine's lock. */
  default void begun(P task, String stage, String device) {}

  /** A step of a picture is over; outside of the engine's lock. */
  default void stepDone(P task, int step) {}
}
