/**
 * The devices {@code tornado:N}: whatever TornadoVM finds, with kernels in Java that TornadoVM
 * compiles for it or, where it speaks OpenCL, with the project's own {@code .cl} kernels.
 *
 * <pre>
 *  TornadoProvider --> Discovery --> TornadoVmDevice
 *                                      | compile
 *      JavaLowering  (kernels=java) ---+---> List of Task --> TaskGraphs --> TornadoExecutable
 *      PrebuiltLowering (=prebuilt) ---/          |
 *                                                 v
 *        Products, Attentions, GroupNorms, Rows, Elements, Movement   (what runs on the device)
 * </pre>
 *
 * <p>Classes of kernels hold static methods that TornadoVM translates: they use no objects but
 * TornadoVM's arrays, call static methods only, and take all sizes from an array, so that one
 * translation serves every shape. Names of their parameters must be no words of OpenCL C.
 */
package dev.tandem.kernels.tornado;
