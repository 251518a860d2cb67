/**
 * What the models share: reading a {@code config.json} with errors that name the key, and the
 * blocks that both the U-Net and the VAE are made of.
 */
package dev.tandem.stages.layers;
