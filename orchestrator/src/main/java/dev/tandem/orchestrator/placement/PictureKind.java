package dev.tandem.orchestrator.placement;

/**
 * What the work on a picture depends on.
 *
 * @param evaluations of the U-Net (for most samplers: the steps)
 * @param guided whether each evaluation has a conditional and an unconditional half
 * @param width pixels
 * @param height pixels
 */
public record PictureKind(int evaluations, boolean guided, int width, int height) {}
