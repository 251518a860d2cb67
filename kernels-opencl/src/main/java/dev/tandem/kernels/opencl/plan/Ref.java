package dev.tandem.kernels.opencl.plan;

/**
 * Where a tensor lies on the device.
 *
 * @param buffer number of its buffer
 * @param first its first element, counted in elements of its own type
 */
record Ref(int buffer, long first) {}
