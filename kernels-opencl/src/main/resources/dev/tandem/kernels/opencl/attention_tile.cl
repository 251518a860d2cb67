// Attention for GPU-like devices: a work-group takes BQ queries and walks over the keys in tiles of
// BK that it loads into local memory. The score matrix never exists beyond a BQ x BK tile. Both
// products are register tiles: a work-item has QW queries, of which it computes the scores of
// KW vectors of keys, then OW vectors of output channels.
//
// Dao et al. 2022, "FlashAttention"; Milakov and Gimelshein 2018, "Online normalizer calculation".
//
// Set by the host:
//   HEAD       channels of a head
//   ARITH_F16  see tile.cl
// Tunables, all set by the host from tunables.json:
//   TQ    work-items along queries
//   QW    queries of a work-item; BQ = TQ * QW
//   TD    work-items of a query; vector n of keys or channels belongs to work-item n % TD
//   VEC   keys or channels of a vector
//   BK    keys of a tile
//   LOAD  channels that a work-item loads at once; the host takes less where that would not divide
//         HEAD, or a work-item's share of a tile
// TD * VEC and TQ divide BK, so that every work-item takes the same turns of every loop that meets
// a barrier: where they differ, PoCL 3.1 computes something else. Channels are padded to whole
// turns with copies of others, which nobody reads or stores.
#include "common.cl"
#include "tile.cl"

#define BQ (TQ * QW)
#define KW (BK / (TD * VEC))
#define OW ((HEAD + TD * VEC - 1) / (TD * VEC))
#define PADDED (OW * TD * VEC)
#define ITEMS (TQ * TD)
#define TURNS (BK * PADDED / LOAD / ITEMS)
#define Q_TURNS (QW * OW * VEC)
// Channels whose products are summed in the tile's type.
#define CHUNK 16

// Scores of keys that a query must not see become -infinity.
static vec masked(vec s, int key, int keys, int causal, int query) {
  float lanes[VEC];
  VSTORE_FLOAT(s, lanes, 0);
#pragma unroll
  for (int i = 0; i < VEC; i++) {
    const bool seen = key + i < keys && (!causal || key + i <= query);
    lanes[i] = seen ? lanes[i] : -INFINITY;
  }
  return VLOAD_FLOAT(lanes, 0);
}

// Global size: (TD, ceil(tokens / BQ) * TQ, heads * batch); local size (TD, TQ, 1).
__kernel __attribute__((reqd_work_group_size(TD, TQ, 1)))
void attention(__global const real *q, ulong q0, __global const real *k, ulong k0,
               __global const real *v, ulong v0, __global real *y, ulong y0,
               int tokens, int keys, int channels, int causal, float scale) {
  __local arith qs[BQ * PADDED];
  __local arith tile[BK * PADDED];   // keys: [PADDED][BK]; values: [BK][PADDED]
  __local arith weight[BQ * BK];     // exponentials of scores
  __local float partial[BQ * TD];    // each work-item's largest score or sum
  const int part = get_local_id(0);
  const int own = get_local_id(1) * QW;
  const int item = get_local_id(1) * TD + part;
  const int first = (int)get_group_id(1) * BQ;
  const int heads = channels / HEAD;
  const ulong column = (ulong)(get_group_id(2) % heads) * HEAD;
  const ulong batch = get_group_id(2) / heads;
  q += q0 + batch * tokens * channels + column;
  y += y0 + batch * tokens * channels + column;
  k += k0 + batch * keys * channels + column;
  v += v0 + batch * keys * channels + column;

  for (int i = 0; i < Q_TURNS; i++) {
    const int at = item + i * ITEMS;
    const ulong row = min(first + at / PADDED, tokens - 1);
    qs[at] = (arith)(LOAD1(q, row * channels + min(at % PADDED, HEAD - 1)) * scale);
  }
  vec out[QW][OW];
  float largest[QW], total[QW];
#pragma unroll
  for (int r = 0; r < QW; r++) {
    largest[r] = -INFINITY;
    total[r] = 0.0f;
#pragma unroll
    for (int o = 0; o < OW; o++) {
      out[r][o] = (vec)(0.0f);
    }
  }

  const int limit = causal ? min(keys, first + BQ) : keys;
  for (int j = 0; j < limit; j += BK) {
    // Neighbours take neighbouring keys, since those lie side by side in local memory.
    for (int i = 0; i < TURNS; i++) {
      const int at = item + i * ITEMS;
      const int t = at % BK;
      const int d = at / BK * LOAD;
      const ulong row = min(j + t, keys - 1);
      arith piece[LOAD];
      COPY(LOAD, k + row * channels + min(d, HEAD - LOAD), piece);
#pragma unroll
      for (int e = 0; e < LOAD; e++) {
        tile[(d + e) * BK + t] = piece[e];
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    vec score[QW][KW];
#pragma unroll
    for (int r = 0; r < QW; r++) {
#pragma unroll
      for (int n = 0; n < KW; n++) {
        score[r][n] = (vec)(0.0f);
      }
    }
    for (int chunk = 0; chunk < HEAD; chunk += CHUNK) {
      avec sum[QW][KW];
#pragma unroll
      for (int r = 0; r < QW; r++) {
#pragma unroll
        for (int n = 0; n < KW; n++) {
          sum[r][n] = (avec)(0);
        }
      }
      for (int d = chunk; d < min(chunk + CHUNK, HEAD); d++) {
        avec key[KW];
#pragma unroll
        for (int n = 0; n < KW; n++) {
          key[n] = TILE_VLOAD(tile, d * BK + (n * TD + part) * VEC);
        }
#pragma unroll
        for (int r = 0; r < QW; r++) {
          const avec query = (avec)(qs[(own + r) * PADDED + d]);
#pragma unroll
          for (int n = 0; n < KW; n++) {
            sum[r][n] = TILE_MAD(query, key[n], sum[r][n]);
          }
        }
      }
#pragma unroll
      for (int r = 0; r < QW; r++) {
#pragma unroll
        for (int n = 0; n < KW; n++) {
          score[r][n] += TO_FLOAT(sum[r][n]);
        }
      }
    }
#pragma unroll
    for (int r = 0; r < QW; r++) {
      float top = -INFINITY;
#pragma unroll
      for (int n = 0; n < KW; n++) {
        score[r][n] =
            masked(score[r][n], j + (n * TD + part) * VEC, keys, causal, first + own + r);
        top = fmax(top, lanes_max(score[r][n]));
      }
      partial[(own + r) * TD + part] = top;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = 0; i < TURNS; i++) {
      const int at = (item + i * ITEMS) * LOAD;
      const ulong row = min(j + at / PADDED, keys - 1);
      COPY(LOAD, v + row * channels + min(at % PADDED, HEAD - LOAD), tile + at);
    }
#pragma unroll
    for (int r = 0; r < QW; r++) {
      float top = largest[r];
      for (int n = 0; n < TD; n++) {
        top = fmax(top, partial[(own + r) * TD + n]);
      }
      const vec shrink = exp_fast((vec)(largest[r] - top));
      largest[r] = top;
      vec sum = (vec)(0.0f);
#pragma unroll
      for (int n = 0; n < KW; n++) {
        const vec e = exp_fast(score[r][n] - top);
        sum += e;
        TILE_VSTORE(TO_ARITH(e), weight, (own + r) * BK + (n * TD + part) * VEC);
      }
      total[r] = total[r] * lanes_max(shrink) + lanes_sum(sum);
#pragma unroll
      for (int o = 0; o < OW; o++) {
        out[r][o] *= shrink;
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int chunk = 0; chunk < BK; chunk += min(CHUNK, BK)) {
#ifdef ARITH_F16
      avec sum[QW][OW];
#pragma unroll
      for (int r = 0; r < QW; r++) {
#pragma unroll
        for (int o = 0; o < OW; o++) {
          sum[r][o] = (avec)(0);
        }
      }
#else
#define sum out
#endif
      for (int t = chunk; t < chunk + min(CHUNK, BK); t++) {
        avec value[OW];
#pragma unroll
        for (int o = 0; o < OW; o++) {
          value[o] = TILE_VLOAD(tile, t * PADDED + (o * TD + part) * VEC);
        }
#pragma unroll
        for (int r = 0; r < QW; r++) {
          const avec p = (avec)(weight[(own + r) * BK + t]);
#pragma unroll
          for (int o = 0; o < OW; o++) {
            sum[r][o] = TILE_MAD(p, value[o], sum[r][o]);
          }
        }
      }
#ifdef ARITH_F16
#pragma unroll
      for (int r = 0; r < QW; r++) {
#pragma unroll
        for (int o = 0; o < OW; o++) {
          out[r][o] += TO_FLOAT(sum[r][o]);
        }
      }
#else
#undef sum
#endif
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }

#pragma unroll
  for (int r = 0; r < QW; r++) {
    partial[(own + r) * TD + part] = total[r];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
  for (int r = 0; r < QW; r++) {
    const int row = first + own + r;
    if (row < tokens) {
      float all = 0.0f;
      for (int n = 0; n < TD; n++) {
        all += partial[(own + r) * TD + n];
      }
      const float inverse = 1.0f / all;
#pragma unroll
      for (int o = 0; o < OW; o++) {
        const int d = (o * TD + part) * VEC;
        float lanes[VEC];
        VSTORE_FLOAT(out[r][o] * inverse, lanes, 0);
#pragma unroll
        for (int i = 0; i < VEC; i++) {
          if (d + i < HEAD) {
            STORE1(lanes[i], y, (ulong)row * channels + d + i);
          }
        }
      }
    }
  }
}
