// Re-lays the second operand of a matrix product, which is known only at run time, into the panels
// of PANEL columns that gemm reads: [batch, panels, depth, PANEL], zeros beyond the last column.
#include "common.cl"

// Global size: (panels * PANEL, depth, batch).
__kernel void pack_panels(__global const real *b, ulong b0, __global real *packed, ulong packed0,
                          int depth, int cols, int transposed) {
  const int col = get_global_id(0);
  const int k = get_global_id(1);
  const ulong batch = get_global_id(2);
  const ulong at = transposed ? (ulong)col * depth + k : (ulong)k * cols + col;
  const float v = col < cols ? LOAD1(b, b0 + batch * cols * depth + at) : 0.0f;
  const ulong panels = get_global_size(0) / PANEL;
  STORE1(v, packed, packed0 + ((batch * panels + col / PANEL) * depth + k) * PANEL + col % PANEL);
}
