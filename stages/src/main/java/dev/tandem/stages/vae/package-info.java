/**
 * Between pictures and latents: diffusers' {@code AutoencoderKL} (Rombach et al. 2022) and {@code
 * AutoencoderTiny} (TAESD).
 *
 * <pre>
 *   config.json --Vae.of--> Vae --decode(batch, height, width)--> Graph: latents -> image
 *                               --encode(batch, height, width)--> Graph: image -> moments | latents
 *   denoised latents --LatentScaling.toDecoder--> what the decoder takes
 * </pre>
 *
 * Pictures are {@code [batch, height, width, 3]} in -1..1.
 */
package dev.tandem.stages.vae;
