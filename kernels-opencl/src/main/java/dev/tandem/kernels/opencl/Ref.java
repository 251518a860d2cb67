package dev.tandem.kernels.opencl;

import org.jocl.cl_mem;

/**
 * Where a tensor lies on the device.
 *
 * @param memory the buffer
 * @param first its first element, counted in elements of its own type
 */
record Ref(cl_mem memory, long first) {}
