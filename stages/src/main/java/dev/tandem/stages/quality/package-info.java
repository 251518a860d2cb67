/**
 * Measures of pictures: how near they are to a prompt ({@link
 * dev.tandem.stages.quality.UnitVectors}), to a set of real ones ({@link
 * dev.tandem.stages.quality.Cmmd}), to another picture ({@link dev.tandem.stages.quality.Psnr},
 * {@link dev.tandem.stages.quality.Ssim}). Pure functions of arrays.
 */
package dev.tandem.stages.quality;
