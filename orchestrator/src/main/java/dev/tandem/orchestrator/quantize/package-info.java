/**
 * Writes a model folder whose U-Net is quantised.
 *
 * <pre>
 *   Quantizer --> Calibrator: the model over prompts and timesteps --> Observed
 *        \----> Unfinished: what is done already, in the folder that is to be
 *         \---> QuantizedFolder: the tensors of each product, then the whole folder
 * </pre>
 */
package dev.tandem.orchestrator.quantize;
