/**
 * Runs requests of a model on the devices of a pool.
 *
 * <pre>
 *   Request --Kinds--> PictureJob --OpenRun--> ModelTask --engine--> calls of LoadedModel at devices
 *   DevicePool: devices, their queues, what is compiled there; shared by models and runs
 * </pre>
 */
package dev.tandem.orchestrator.execution;
