// Attention for GPU-like devices: a work-group takes BQ queries and walks over the keys in tiles of
// BK that it loads into local memory; TD work-items share one query. The score matrix never exists
// beyond a BQ x BK tile.
//
// Dao et al. 2022, "FlashAttention".
//
// Set by the host:
//   HEAD  channels of a head
// Tunables:
//   BQ  queries of a work-group
//   TD  work-items of a query; each owns the output channels d with d % TD equal to its number
//   BK  keys of a tile; local memory holds (BQ + BK) * HEAD + BQ * BK floats
// TD divides HEAD and BK, and BQ divides BK, so that every work-item takes the same turns of every
// loop that meets a barrier: where they differ, PoCL 3.1 computes something else.
#include "common.cl"

#ifndef BQ
#define BQ 16
#endif
#ifndef TD
#define TD 8
#endif
#ifndef BK
#define BK 16
#endif
#define OWN (HEAD / TD)
#define ITEMS (BQ * TD)

// Global size: (TD, ceil(tokens / BQ) * BQ, heads * batch); local size (TD, BQ, 1).
__kernel __attribute__((reqd_work_group_size(TD, BQ, 1)))
void attention(__global const real *q, ulong q0, __global const real *k, ulong k0,
               __global const real *v, ulong v0, __global real *y, ulong y0,
               int tokens, int keys, int channels, int causal, float scale) {
  __local float qs[BQ * HEAD];
  __local float tile[BK * HEAD];
  __local float score[BQ][BK];
  const int part = get_local_id(0);
  const int own = get_local_id(1);
  const int item = own * TD + part;
  const int first = (int)get_group_id(1) * BQ;
  const int heads = channels / HEAD;
  const ulong column = (ulong)(get_group_id(2) % heads) * HEAD;
  const ulong batch = get_group_id(2) / heads;
  q += q0 + batch * tokens * channels + column;
  y += y0 + batch * tokens * channels + column;
  k += k0 + batch * keys * channels + column;
  v += v0 + batch * keys * channels + column;

  for (int i = item; i < BQ * HEAD; i += ITEMS) {
    const ulong row = min(first + i / HEAD, tokens - 1);
    qs[i] = LOAD1(q, row * channels + i % HEAD) * scale;
  }
  float out[OWN];
  for (int d = 0; d < OWN; d++) {
    out[d] = 0.0f;
  }
  float largest = -INFINITY;
  float total = 0.0f;

  const int limit = causal ? min(keys, first + BQ) : keys;
  for (int j = 0; j < limit; j += BK) {
    for (int i = item; i < BK * HEAD; i += ITEMS) {
      const ulong row = min(j + i / HEAD, keys - 1);
      tile[i] = LOAD1(k, row * channels + i % HEAD);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int t = part; t < BK; t += TD) {
      float s = 0.0f;
      for (int d = 0; d < HEAD; d++) {
        s = MAD(qs[own * HEAD + d], tile[t * HEAD + d], s);
      }
      const bool seen = j + t < keys && (!causal || j + t <= first + own);
      score[own][t] = seen ? s : -INFINITY;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = item; i < BK * HEAD; i += ITEMS) {
      const ulong row = min(j + i / HEAD, keys - 1);
      tile[i] = LOAD1(v, row * channels + i % HEAD);
    }
    float top = largest;
    for (int t = 0; t < BK; t++) {
      top = fmax(top, score[own][t]);
    }
    const float shrink = exp(largest - top);
    largest = top;
    total *= shrink;
    for (int d = 0; d < OWN; d++) {
      out[d] *= shrink;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int t = 0; t < BK; t++) {
      const float p = exp(score[own][t] - top);
      total += p;
      for (int d = 0; d < OWN; d++) {
        out[d] = MAD(p, tile[t * HEAD + d * TD + part], out[d]);
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }

  if (first + own < tokens) {
    for (int d = 0; d < OWN; d++) {
      STORE1(out[d] / total, y, (ulong)(first + own) * channels + d * TD + part);
    }
  }
}
