package dev.tandem.lab;

/**
 * A picture that was drawn, without its pixels.
 *
 * @param seconds from the prompt to the finished picture, the models being loaded
 * @param evaluations of the U-Net; with guidance a step has two
 * @param steps times of the sampler's steps
 * @param vector of the picture, by the judge; of length 1
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record LabResult(
    Setting setting,
    LabPair pair,
    double seconds,
    int evaluations,
    StepTimes steps,
    float[] vector) {}
