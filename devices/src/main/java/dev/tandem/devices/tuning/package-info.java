/**
 * The contract for tuning: what a device with tunable kernels can be asked, and what it tells
 * meanwhile. The search itself belongs to the device.
 */
package dev.tandem.devices.tuning;
