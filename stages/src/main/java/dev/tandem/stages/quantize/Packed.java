package dev.tandem.stages.quantize;

import dev.tandem.devices.Tensor;

/**
 * A weight in whole numbers.
 *
 * @param numbers I8
 * @param scale F32
 * @param noise of the rounding against the weight that was rounded
 */
record Packed(Tensor numbers, Tensor scale, Noise noise) {}
