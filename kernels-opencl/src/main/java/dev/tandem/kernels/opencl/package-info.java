/**
 * The OpenCL device: all of JOCL.
 *
 * <pre>
 *   OpenClProvider --Discovery, Selector--> OpenClDevice (ClContext, Programs, TunableTable)
 *   GraphCompiler: Target.plan -> KernelPlan (dev.tandem.kernels.opencl.plan)
 *     buffers -> CallerMemory, CompiledMemory; programs -> Programs; kernels -> KernelArguments, Launch
 *   OpenClExecutable.run: caller's memory -> device, launches in order, device -> caller's memory
 * </pre>
 *
 * Two families of kernels take the same arguments and the same packed weights: register blocks for
 * processors ({@code gemm_panel.cl, attention_lanes.cl}) and local-memory tiles for GPUs ({@code
 * gemm_tile.cl, attention_tile.cl}); the other kernels serve both. Their tunables are data ({@code
 * tunables.json}, profiles). With F16 precision tensors hold 16-bit floats and every sum is 32-bit,
 * so the device needs no 16-bit arithmetic.
 */
package dev.tandem.kernels.opencl;
