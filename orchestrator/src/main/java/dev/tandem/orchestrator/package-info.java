/**
 * Prompts in, pictures out. {@link dev.tandem.orchestrator.Tandem} is the door for programs that
 * embed this one; {@link dev.tandem.orchestrator.placement.Placement} says which device does what.
 *
 * <pre>
 *   Request --encode--> Conditioning --denoise--> latents --decode--> Picture --output--> listener
 * </pre>
 */
package dev.tandem.orchestrator;
