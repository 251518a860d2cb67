/**
 * Which kernels compute a graph, on which memory: the {@code .cl} files with their tunables and
 * everything that is known before a device is asked. Knows no OpenCL library, so that whatever runs
 * OpenCL C can take it.
 *
 * <pre>
 *   KernelPlanner (DeviceTraits, KernelFamily, TunableTable)
 *     Graph --Fusion, GraphLowering--> KernelPlan
 *       GraphLowering: CallerBuffers, MemoryPlan, Scratch, WeightStore (WeightLayout) -> buffers
 *         Lowering --OpFamilies--> MatrixOps (Gemm, Winograd), AttentionOps, NormOps, ElementOps,
 *                                  MoveOps --KernelCall--> kernels
 *   PrebuiltSource: a kernel as runtimes want it that pass arguments of their own
 * </pre>
 */
package dev.tandem.kernels.opencl.plan;
