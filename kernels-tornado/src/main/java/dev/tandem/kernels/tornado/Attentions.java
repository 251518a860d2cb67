package dev.tandem.kernels.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Attention that never writes the score matrix: a softmax is kept up to date while the keys go by.
 * Milakov and Gimelshein 2018; Dao et al. 2022.
 *
 * <p>A work-group takes {@link #QUERIES} queries of a head through blocks of {@link #KEYS} keys.
 * Queries and results stay in local memory; each key and each value is read once for all queries of
 * the group. The size of a head is a constant to the compiler, as it is that of the local arrays.
 */
final class Attentions {
  /** Queries of a work-group. */
  static final int QUERIES = 8;

  static final int ITEMS = 64;

  private static final int KEYS = 32;

  /** A score of a key that a query must not see; small enough to vanish beside any other. */
  private static final float UNSEEN = -1e30f;

  // Where sizes lie in their array.
  static final int Q = 0;
  static final int K = 1;
  static final int V = 2;
  static final int Y = 3;
  static final int TOKENS = 4;
  static final int KEY_COUNT = 5;
  static final int HEADS = 6;
  static final int CAUSAL = 7;

  /** Where the factor of the scores lies among the 32-bit weights. */
  static final int SCALE = 8;

  static final int SIZES = 9;

  private Attentions() {}

  /** Bytes of local memory for heads of that size. */
  static long localBytes(int head) {
    return 4L * (2 * QUERIES * head + QUERIES * KEYS + 3 * QUERIES);
  }

  /** Global size: {@link #ITEMS} for each block of queries, one for each head and picture. */
  static void attention(
      KernelContext c,
      FloatArray wide,
      ShortArray small,
      FloatArray weights,
      IntArray p,
      int narrow,
      int head) {
    float[] query = c.allocateFloatLocalArray(QUERIES * head);
    float[] out = c.allocateFloatLocalArray(QUERIES * head);
    float[] score = c.allocateFloatLocalArray(QUERIES * KEYS);
    float[] top = c.allocateFloatLocalArray(QUERIES);
    float[] total = c.allocateFloatLocalArray(QUERIES);
    float[] shrink = c.allocateFloatLocalArray(QUERIES);
    int item = c.localIdx;
    int tokens = p.get(TOKENS);
    int keys = p.get(KEY_COUNT);
    int channels = p.get(HEADS) * head;
    int picture = c.groupIdz;
    int column = c.groupIdy * head;
    int first = c.groupIdx * QUERIES;
    int q0 = p.get(Q) + picture * tokens * channels + column;
    int y0 = p.get(Y) + picture * tokens * channels + column;
    int k0 = p.get(K) + picture * keys * channels + column;
    int v0 = p.get(V) + picture * keys * channels + column;
    int causal = p.get(CAUSAL);
    float scale = weights.get(p.get(SCALE));
    for (int i = item; i < QUERIES * head; i += ITEMS) {
      int token = TornadoMath.min(first + i / head, tokens - 1);
      query[i] = scale * Values.get(wide, small, q0 + token * channels + i % head, narrow, weights);
      out[i] = 0f;
    }
    if (item < QUERIES) {
      top[item] = UNSEEN;
      total[item] = 0f;
    }
    c.localBarrier();
    int limit = causal == 1 ? TornadoMath.min(keys, first + QUERIES) : keys;
    // A work-item computes the scores of one key with every second query.
    int own = item % KEYS;
    int parity = item / KEYS;
    for (int block = 0; block < limit; block += KEYS) {
      int key = TornadoMath.min(block + own, keys - 1);
      int from = k0 + key * channels;
      float a = 0f;
      float b = 0f;
      float d = 0f;
      float e = 0f;
      for (int i = 0; i < head; i++) {
        float v = Values.get(wide, small, from + i, narrow, weights);
        a += v * query[parity * head + i];
        b += v * query[(parity + 2) * head + i];
        d += v * query[(parity + 4) * head + i];
        e += v * query[(parity + 6) * head + i];
      }
      int newest = causal == 1 ? first + parity : keys;
      int at = block + own;
      int step = causal == 1 ? 2 : 0;
      score[parity * KEYS + own] = at < keys && at <= newest ? a : UNSEEN;
      score[(parity + 2) * KEYS + own] = at < keys && at <= newest + step ? b : UNSEEN;
      score[(parity + 4) * KEYS + own] = at < keys && at <= newest + 2 * step ? d : UNSEEN;
      score[(parity + 6) * KEYS + own] = at < keys && at <= newest + 3 * step ? e : UNSEEN;
      c.localBarrier();
      if (item < QUERIES) {
        float largest = top[item];
        for (int i = 0; i < KEYS; i++) {
          largest = TornadoMath.max(largest, score[item * KEYS + i]);
        }
        float factor = TornadoMath.exp(top[item] - largest);
        float sum = total[item] * factor;
        for (int i = 0; i < KEYS; i++) {
          float s = score[item * KEYS + i];
          float weight = s > UNSEEN ? TornadoMath.exp(s - largest) : 0f;
          score[item * KEYS + i] = weight;
          sum += weight;
        }
        top[item] = largest;
        total[item] = sum;
        shrink[item] = factor;
      }
      c.localBarrier();
      int end = TornadoMath.min(KEYS, keys - block);
      for (int i = item; i < head; i += ITEMS) {
        float o0 = out[i] * shrink[0];
        float o1 = out[head + i] * shrink[1];
        float o2 = out[2 * head + i] * shrink[2];
        float o3 = out[3 * head + i] * shrink[3];
        float o4 = out[4 * head + i] * shrink[4];
        float o5 = out[5 * head + i] * shrink[5];
        float o6 = out[6 * head + i] * shrink[6];
        float o7 = out[7 * head + i] * shrink[7];
        for (int n = 0; n < end; n++) {
          float v = Values.get(wide, small, v0 + (block + n) * channels + i, narrow, weights);
          o0 += score[n] * v;
          o1 += score[KEYS + n] * v;
          o2 += score[2 * KEYS + n] * v;
          o3 += score[3 * KEYS + n] * v;
          o4 += score[4 * KEYS + n] * v;
          o5 += score[5 * KEYS + n] * v;
          o6 += score[6 * KEYS + n] * v;
          o7 += score[7 * KEYS + n] * v;
        }
        out[i] = o0;
        out[head + i] = o1;
        out[2 * head + i] = o2;
        out[3 * head + i] = o3;
        out[4 * head + i] = o4;
        out[5 * head + i] = o5;
        out[6 * head + i] = o6;
        out[7 * head + i] = o7;
      }
      c.localBarrier();
    }
    for (int i = item; i < QUERIES * head; i += ITEMS) {
      int row = i / head;
      if (first + row < tokens) {
        float v = out[i] / total[row];
        Values.set(wide, small, y0 + (first + row) * channels + i % head, v, narrow, weights);
      }
    }
  }
}
