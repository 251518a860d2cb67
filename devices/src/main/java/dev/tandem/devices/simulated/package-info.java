/**
 * Devices that take time but compute nothing of sense: for trying out partitions without the
 * hardware, and for tests of the orchestrator.
 *
 * <pre>
 *   sim:a,unet=40,vae=60      stated times, ms        --SimulatedCosts-->  time of a run
 *   sim:b,gflops=500,gbps=20  from FLOPs and bytes
 *   time of a run --SimulatedTime--> a sleep (ScaledTime) or a number that is counted
 * </pre>
 *
 * Results depend on the inputs alone, each picture of a batch by itself: whichever simulated device
 * does the work, and in whatever batches, the pictures are the same.
 */
package dev.tandem.devices.simulated;
