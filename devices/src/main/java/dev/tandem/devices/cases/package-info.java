/**
 * The one table of operation cases. Every device's tests run it against the reference device, and
 * kernel benchmarks take their shapes from it, so that what is measured is also what is proven.
 *
 * <pre>
 *   OpCases.all() --OpCaseRunner.run(device, case, precision)--> OpCaseResult: errors and bound
 * </pre>
 *
 * After ggml's {@code tests/test-backend-ops.cpp}: one table for correctness and for speed.
 */
package dev.tandem.devices.cases;
