/**
 * Which form of computing fits in a device's memory, found before anything runs.
 *
 * <pre>
 *   FormOrder: all forms, the cheapest first --+
 *   what a form takes on a device (estimates) --+--> Search --> DevicePlan | Refusal
 *   the device's memory limit ------------------+
 * </pre>
 */
package dev.tandem.orchestrator.memory;
