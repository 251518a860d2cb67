/**
 * Spaces of tunables as data, and ways to walk through them. Knows no OpenCL.
 *
 * <pre>
 *   Spaces (names, candidate values, constraints) --> Space.candidates(Limits)
 *     Search: one by one, by what was measured     (tune)
 *     Covering.pairs: a few with every pair         (tests)
 *     all of them                                   (tune --verify)
 * </pre>
 */
package dev.tandem.kernels.opencl.tuning;
