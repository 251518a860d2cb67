/**
 * Reads published models from disk.
 *
 * <pre>
 *   folder/model_index.json --ModelFolder.open--> ModelFolder
 *     component("unet") --> Component: class name, Config, ModelWeights
 *   *.safetensors --SafeTensorsHeader--> where each tensor lies --SafeTensors--> memory-mapped Tensor
 *   adapter_config.json, adapter_model.safetensors, base --LoraWeights--> merged Tensor
 * </pre>
 *
 * Every malformed file is one {@link dev.tandem.stages.checkpoint.CheckpointException} that names
 * the file, the tensor or key, its value and what to do.
 */
package dev.tandem.stages.checkpoint;
