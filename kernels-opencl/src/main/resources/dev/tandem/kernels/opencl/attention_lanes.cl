// Attention for CPU-like devices: each vector lane is one query, so the online softmax needs no
// exchange between lanes, and the score matrix never exists. Keys come KB at a time: their scores
// and the running output are register blocks like those of a matrix product.
//
// Dao et al. 2022, "FlashAttention"; Milakov and Gimelshein 2018, "Online normalizer calculation".
//
// Set by the host:
//   HEAD  channels of a head
// Tunables:
//   VEC  queries of a work-item (16: two AVX2 registers or one of AVX-512)
//   KB   keys of a block; KB vectors of scores must fit the registers (6 with two registers each)
#include "common.cl"

#ifndef KB
#define KB 6
#endif

// Global size: (ceil(tokens / VEC), heads, batch).
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void attention(__global const real *q, ulong q0, __global const real *k, ulong k0,
               __global const real *v, ulong v0, __global real *y, ulong y0,
               int tokens, int keys, int channels, int causal, float scale) {
  const int first = get_global_id(0) * VEC;
  const ulong column = (ulong)get_global_id(1) * HEAD;
  const ulong batch = get_global_id(2);
  q += q0 + batch * tokens * channels + column;
  y += y0 + batch * tokens * channels + column;
  k += k0 + batch * keys * channels + column;
  v += v0 + batch * keys * channels + column;

  float query[HEAD][VEC];
  vec out[HEAD];
  int index[VEC];
  for (int lane = 0; lane < VEC; lane++) {
    index[lane] = first + lane;
    const ulong row = min(first + lane, tokens - 1);
    for (int d = 0; d < HEAD; d++) {
      query[d][lane] = LOAD1(q, row * channels + d) * scale;
    }
  }
  for (int d = 0; d < HEAD; d++) {
    out[d] = (vec)(0.0f);
  }
  vec largest = (vec)(-INFINITY);
  vec total = (vec)(0.0f);

  const int limit = causal ? min(keys, first + VEC) : keys;
  for (int j = 0; j < limit; j += KB) {
    vec s[KB];
    ulong row[KB];
#pragma unroll
    for (int t = 0; t < KB; t++) {
      s[t] = (vec)(0.0f);
      row[t] = (ulong)min(j + t, keys - 1) * channels;
    }
    for (int d = 0; d < HEAD; d++) {
      const vec a = VLOAD_FLOAT(query[d], 0);
#pragma unroll
      for (int t = 0; t < KB; t++) {
        s[t] = MAD(a, (vec)(LOAD1(k, row[t] + d)), s[t]);
      }
    }
    if (causal || j + KB > keys) {
#pragma unroll
      for (int t = 0; t < KB; t++) {
        float lanes[VEC];
        VSTORE_FLOAT(s[t], lanes, 0);
        for (int lane = 0; lane < VEC; lane++) {
          if (j + t >= keys || (causal && j + t > index[lane])) {
            lanes[lane] = -INFINITY;
          }
        }
        s[t] = VLOAD_FLOAT(lanes, 0);
      }
    }
    vec top = largest;
#pragma unroll
    for (int t = 0; t < KB; t++) {
      top = fmax(top, s[t]);
    }
    const vec shrink = exp(largest - top);
    total *= shrink;
#pragma unroll
    for (int t = 0; t < KB; t++) {
      s[t] = exp(s[t] - top);
      total += s[t];
    }
    largest = top;
    for (int d = 0; d < HEAD; d++) {
      vec sum = out[d] * shrink;
#pragma unroll
      for (int t = 0; t < KB; t++) {
        sum = MAD(s[t], (vec)(LOAD1(v, row[t] + d)), sum);
      }
      out[d] = sum;
    }
  }

  const vec inverse = 1.0f / total;
  for (int d = 0; d < HEAD; d++) {
    float lanes[VEC];
    VSTORE_FLOAT(out[d] * inverse, lanes, 0);
    for (int lane = 0; lane < VEC && first + lane < tokens; lane++) {
      STORE1(lanes[lane], y, (ulong)(first + lane) * channels + d);
    }
  }
}
