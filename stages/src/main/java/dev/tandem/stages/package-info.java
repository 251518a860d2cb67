/**
 * The stages of a picture, each on one device: they build graphs from a model folder, compile them,
 * and move small arrays between host and device. Latents on the host are {@code float[]} of one
 * picture, {@code [height, width, channels]}.
 *
 * <pre>
 *   ModelFolder --ModelPlan.of, ModelCheck--> ModelPlan: what is wrong is known without a device
 *   ModelPlan --stages--> StagePlan --graphs--> what a run compiles, kept in Executables
 *   prompt --TextStage--> Conditioning --DenoiseStage--> latents --DecodeStage--> RGB bytes
 *   picture --EncodeStage--> EncodedPicture, with which a DenoiseStage.Job may begin
 * </pre>
 */
package dev.tandem.stages;
