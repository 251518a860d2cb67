/**
 * Random numbers exactly as PyTorch draws them on a CPU, so that a seed gives the picture that
 * diffusers makes from it.
 *
 * <pre>
 *   seed --MersenneTwister--> 32-bit words --TorchGenerator--> normal floats
 * </pre>
 */
package dev.tandem.stages.random;
