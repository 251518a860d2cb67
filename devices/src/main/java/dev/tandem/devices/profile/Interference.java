package dev.tandem.devices.profile;

import dev.tandem.devices.json.FieldException;
import java.util.Optional;

/**
 * How much a device slows down while another one is busy: they share memory bandwidth, cores or
 * power.
 *
 * @param device the one that is slowed down
 * @param stage what it does, named as in {@link StageCost}; absent: anything that has no entry of
 *     its own
 * @param whileBusy the other device, or {@link Link#HOST}
 * @param whileStage what the other one does; absent: anything that has no entry of its own
 * @param slowdown times as long: 1 is no interference, 2 is what sharing one core gives
 */
public record Interference(
    String device,
    Optional<String> stage,
    String whileBusy,
    Optional<String> whileStage,
    double slowdown) {
  public Interference {
    FieldException.notBlank("device", device);
    stage.ifPresent(s -> FieldException.notBlank("stage", s));
    FieldException.notBlank("whileBusy", whileBusy);
    whileStage.ifPresent(s -> FieldException.notBlank("whileStage", s));
    Range.SLOWDOWN.require("slowdown", slowdown);
    if (device.equals(whileBusy)) {
      throw new FieldException("whileBusy", "is the device itself: '" + device + "'");
    }
  }

  /** Whether it speaks of this case. */
  public boolean fits(String busy, String busyStage, String other, String otherStage) {
    return device.equals(busy)
        && whileBusy.equals(other)
        && stage.map(s -> s.equals(busyStage)).orElse(true)
        && whileStage.map(s -> s.equals(otherStage)).orElse(true);
  }

  /** Of the entries that fit, the one with the highest is the most exact. */
  public int exactness() {
    return (stage.isPresent() ? 2 : 0) + (whileStage.isPresent() ? 1 : 0);
  }
}
