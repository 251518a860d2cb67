/**
 * What is known of a machine: its devices, what stages and operations cost on them, the links
 * between them, tuned kernels. Calibration and the kernel tuner write it, the planner reads it.
 *
 * <pre>
 *   calibrate --+                     +--> planner, simulator
 *               +--> profile.json ----+
 *   tuner ------+                     +--> kernels (tunables)
 * </pre>
 *
 * {@code profiles/profile.schema.json} describes the file; all sizes are bytes, times and rates say
 * their unit in their name.
 */
package dev.tandem.devices.profile;
