package dev.tandem.lab;

/**
 * What every setting draws.
 *
 * @param index place in the lab, from 0
 * @param object what the prompt is about: one of the judge's objects
 */
public record LabPair(int index, String prompt, String object, long seed) {}
