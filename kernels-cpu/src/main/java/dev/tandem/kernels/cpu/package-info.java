/**
 * The CPU device on oneDNN: no system install, the library comes with the program.
 *
 * <pre>
 *   NativeLibraries --extract, load--> OneDnn (C API through the FFM API), OpenMp (thread count)
 *   OneDnnDevice: one DeviceThread that compiles and runs everything
 *   Compiler: Graph --Fusion, MemoryPlan--> Steps of Kernels (oneDNN primitives or plain Java)
 * </pre>
 *
 * Activations stay row-major and NHWC in one arena; only weights are re-laid, once, into what each
 * primitive wants.
 */
package dev.tandem.kernels.cpu;
