/**
 * The two towers of CLIP (Radford et al. 2021, "Learning transferable visual models from natural
 * language supervision") as transformers' {@code CLIPTextModel}, {@code
 * CLIPTextModelWithProjection} and {@code CLIPVisionModelWithProjection} compute them.
 *
 * <pre>
 *   config.json --ClipTextConfig--> ClipTextModel --graph(batch, tokens)--> Graph
 *   token ids --pooledPosition--> where the pooled output is read
 *   config.json --ClipVisionConfig--> ClipVisionModel --graph(batch)--> Graph
 *   picture --ClipPixels--> its input
 * </pre>
 */
package dev.tandem.stages.clip;
