/**
 * The CLIP text encoder (Radford et al. 2021, "Learning transferable visual models from natural
 * language supervision") as transformers' {@code CLIPTextModel} and {@code
 * CLIPTextModelWithProjection} compute it.
 *
 * <pre>
 *   config.json --ClipTextConfig--> ClipTextModel --graph(batch, tokens)--> Graph
 *   token ids --pooledPosition--> where the pooled output is read
 * </pre>
 */
package dev.tandem.stages.clip;
