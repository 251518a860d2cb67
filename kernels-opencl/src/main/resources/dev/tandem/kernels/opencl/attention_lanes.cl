// Attention for CPU-like devices: each vector lane is one query, so the online softmax needs no
// exchange between lanes, and the score matrix never exists. Keys come KB at a time: their scores
// and the running output are register blocks like those of a matrix product.
//
// Dao et al. 2022, "FlashAttention"; Milakov and Gimelshein 2018, "Online normalizer calculation".
//
// Set by the host:
//   HEAD  channels of a head
// Tunables, all set by the host from tunables.json:
//   VEC  floats in a vector register
//   QV   vectors of queries of a work-item
//   KB   keys of a block; KB * QV vectors of scores stay in registers
//   DB   output channels of a block: DB * QV more vectors while KB * QV are in use
#include "common.cl"

#define QUERIES (QV * VEC)

// Scores of the keys from j on that a query must not see become -infinity.
static vec masked(vec s, int key, int keys, int causal, int query) {
  float lanes[VEC];
  VSTORE_FLOAT(s, lanes, 0);
  for (int lane = 0; lane < VEC; lane++) {
    if (key >= keys || (causal && key > query + lane)) {
      lanes[lane] = -INFINITY;
    }
  }
  return VLOAD_FLOAT(lanes, 0);
}

// Global size: (ceil(tokens / QUERIES), heads, batch).
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void attention(__global const real *q, ulong q0, __global const real *k, ulong k0,
               __global const real *v, ulong v0, __global real *y, ulong y0,
               int tokens, int keys, int channels, int causal, float scale) {
  const int first = get_global_id(0) * QUERIES;
  const ulong column = (ulong)get_global_id(1) * HEAD;
  const ulong batch = get_global_id(2);
  q += q0 + batch * tokens * channels + column;
  y += y0 + batch * tokens * channels + column;
  k += k0 + batch * keys * channels + column;
  v += v0 + batch * keys * channels + column;

  float query[HEAD][QUERIES];
  vec out[HEAD][QV];
  for (int lane = 0; lane < QUERIES; lane++) {
    const ulong row = min(first + lane, tokens - 1);
    for (int d = 0; d < HEAD; d++) {
      query[d][lane] = LOAD1(q, row * channels + d) * scale;
    }
  }
  for (int d = 0; d < HEAD; d++) {
#pragma unroll
    for (int n = 0; n < QV; n++) {
      out[d][n] = (vec)(0.0f);
    }
  }
  vec largest[QV], total[QV];
#pragma unroll
  for (int n = 0; n < QV; n++) {
    largest[n] = (vec)(-INFINITY);
    total[n] = (vec)(0.0f);
  }

  const int limit = causal ? min(keys, first + QUERIES) : keys;
  for (int j = 0; j < limit; j += KB) {
    vec s[KB][QV];
    __global const real *row[KB];
#pragma unroll
    for (int t = 0; t < KB; t++) {
      row[t] = k + (ulong)min(j + t, keys - 1) * channels;
#pragma unroll
      for (int n = 0; n < QV; n++) {
        s[t][n] = (vec)(0.0f);
      }
    }
    for (int d = 0; d < HEAD; d++) {
      vec a[QV];
#pragma unroll
      for (int n = 0; n < QV; n++) {
        a[n] = VLOAD_FLOAT(query[d], n * VEC);
      }
#pragma unroll
      for (int t = 0; t < KB; t++) {
        const vec key = (vec)(LOAD1(row[t], d));
#pragma unroll
        for (int n = 0; n < QV; n++) {
          s[t][n] = MAD(a[n], key, s[t][n]);
        }
      }
    }
    if (j + KB > keys || (causal && j + KB > first + 1)) {
#pragma unroll
      for (int t = 0; t < KB; t++) {
#pragma unroll
        for (int n = 0; n < QV; n++) {
          s[t][n] = masked(s[t][n], j + t, keys, causal, first + n * VEC);
        }
      }
    }
    vec shrink[QV];
#pragma unroll
    for (int n = 0; n < QV; n++) {
      vec top = largest[n];
#pragma unroll
      for (int t = 0; t < KB; t++) {
        top = fmax(top, s[t][n]);
      }
      shrink[n] = exp_fast(largest[n] - top);
      largest[n] = top;
      vec sum = total[n] * shrink[n];
#pragma unroll
      for (int t = 0; t < KB; t++) {
        s[t][n] = exp_fast(s[t][n] - top);
        sum += s[t][n];
      }
      total[n] = sum;
    }
#pragma unroll
    for (int t = 0; t < KB; t++) {
      row[t] = v + (ulong)min(j + t, keys - 1) * channels;
    }
    for (int d = 0; d < HEAD; d += DB) {
      vec sum[DB][QV];
#pragma unroll
      for (int e = 0; e < DB; e++) {
#pragma unroll
        for (int n = 0; n < QV; n++) {
          sum[e][n] = out[d + e][n] * shrink[n];
        }
      }
#pragma unroll
      for (int t = 0; t < KB; t++) {
#pragma unroll
        for (int e = 0; e < DB; e++) {
          const vec value = (vec)(LOAD1(row[t], d + e));
#pragma unroll
          for (int n = 0; n < QV; n++) {
            sum[e][n] = MAD(s[t][n], value, sum[e][n]);
          }
        }
      }
#pragma unroll
      for (int e = 0; e < DB; e++) {
#pragma unroll
        for (int n = 0; n < QV; n++) {
          out[d + e][n] = sum[e][n];
        }
      }
    }
  }

#pragma unroll
  for (int n = 0; n < QV; n++) {
    const vec inverse = 1.0f / total[n];
    for (int d = 0; d < HEAD; d++) {
      VSTORE_FLOAT(out[d][n] * inverse, query[d], n * VEC);
    }
  }
  for (int lane = 0; lane < QUERIES && first + lane < tokens; lane++) {
    for (int d = 0; d < HEAD; d++) {
      STORE1(query[d][lane], y, (ulong)(first + lane) * channels + d);
    }
  }
}
