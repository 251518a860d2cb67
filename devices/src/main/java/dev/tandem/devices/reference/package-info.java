/**
 * The reference device: every operation in plain Java, written to be read. It is the oracle that
 * other devices are judged against, so it runs a graph exactly as given (no fusion of its own) and
 * prefers clarity over speed, yet is quick enough to run the default model in a test.
 *
 * <pre>
 *   compile: Node --Kernels--> Kernel bound to the arrays it reads and writes (Values)
 *   run:     input tensors -> float[] -> every Kernel in order -> output tensors
 * </pre>
 *
 * Values live in {@code float[]}; matrix products accumulate in F32, norms and softmax sum in
 * double. Under {@link dev.tandem.devices.CompileOptions.Precision#F16} weights and every result
 * are rounded to F16, which shows the error that narrow storage alone causes.
 */
package dev.tandem.devices.reference;
