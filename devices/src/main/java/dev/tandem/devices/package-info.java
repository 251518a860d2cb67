/**
 * What can compute a graph: the contract between stages and hardware.
 *
 * <pre>
 *   Devices.open("cpu,threads=1") --DeviceProvider--> Device
 *   Device.compile(Graph, Weights, CompileOptions) --> Executable
 *   Executable: write input(name), run(spans), read output(name)
 * </pre>
 *
 * There is no silent fallback: a device that lacks an operation says so when it compiles.
 */
package dev.tandem.devices;
