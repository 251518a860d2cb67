/**
 * From noise to a clean latent in few steps. Three things, kept apart:
 *
 * <pre>
 *   NoiseSchedule     how much signal is left at each training step
 *   denoiser          any function (latent, timestep) -> output, of a PredictionType,
 *                     joined over prompts by Guidance
 *   Sampler           the solver: a pure state machine over the denoiser's outputs
 *
 *   scheduler_config.json --Samplers.of--> Sampler --start/next--> SamplerState --sample--> latent
 * </pre>
 *
 * All arithmetic is element-wise over one picture's latent, so its layout does not matter. The
 * results are those of diffusers 0.42: coefficients come from the same 32-bit schedule and the
 * solvers follow the same rules at both ends of a run.
 */
package dev.tandem.stages.sampling;
