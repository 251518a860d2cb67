package dev.tandem.devices.tuning;

/**
 * What the search found for one operation.
 *
 * @param share of the model's time, 0 to 1
 * @param beforeMicros device time with the values it had, least of some runs
 * @param afterMicros device time with the values stored; equal to the former where nothing was
 *     clearly faster
 * @param values the winner's, for people
 * @param trials combinations tried
 */
public record TunedOperation(
    String operation,
    double share,
    double beforeMicros,
    double afterMicros,
    String values,
    int trials) {}
