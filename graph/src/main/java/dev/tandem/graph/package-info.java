/**
 * What is computed: tensor shapes and types, operations, and passes over a graph of them. Nothing
 * here knows a device or a model.
 *
 * <pre>
 *   GraphBuilder --build--> Graph --Fusion--> Graph --MemoryPlan--> arena offsets
 *                                       \--Cost--> FLOP and bytes of each node
 * </pre>
 *
 * Activations are row-major, pictures are {@code [batch, height, width, channels]} (NHWC), token
 * sequences {@code [batch, tokens, channels]}. Weights keep the layout of published checkpoints
 * (convolutions {@code [out, in, kernelHeight, kernelWidth]}, linear layers {@code [out, in]});
 * each device re-lays them once when it compiles a graph.
 */
package dev.tandem.graph;
