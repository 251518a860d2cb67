/**
 * The denoiser's network: diffusers' {@code UNet2DConditionModel} as Stable Diffusion 1, 2, XL and
 * the latent consistency models use it (Rombach et al. 2022, "High-resolution image synthesis with
 * latent diffusion models").
 *
 * <pre>
 *   config.json --UNet2DConfig--> UNet2DConditionModel --graph(batch, height, width, tokens)--> Graph
 * </pre>
 */
package dev.tandem.stages.unet;
