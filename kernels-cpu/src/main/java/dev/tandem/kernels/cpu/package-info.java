/**
 * The CPU device on oneDNN: no system install, the library comes with the program.
 *
 * <pre>
 *   NativeLibraries --extract, load--> OneDnn (C API through the FFM API), OpenMp (thread count)
 *   OneDnnDevice: one DeviceThread that compiles and runs everything
 *   Compiler: Graph --Fusion, Joins, MemoryPlan--> Steps of Kernels (oneDNN primitives or plain Java)
 *   Residence: which weights --WeightStore--> are laid when compiled, --Resting, WeightUse--> rest
 * </pre>
 *
 * Activations stay row-major and NHWC in one arena; only weights are re-laid into what each
 * primitive wants: once, or before each use from where they rest as they are stored.
 */
package dev.tandem.kernels.cpu;
