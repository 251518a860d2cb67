// Group normalisation with a fused activation, in three passes that each read rows in order:
// mean and spread of every channel over a chunk of pixels, their combination into one factor and
// one offset a channel, and their application.
//
// Everything is counted from a channel's first value, spread is summed around the chunk's own mean,
// and chunks are joined pairwise, so that a large mean costs no accuracy. Chan, Golub and LeVeque
// 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
//
// Tunables:
//   VEC  channels of a work-item; the host picks one that divides the channels
#include "activation.cl"

// Global size: (channels / VEC, chunks, batch). partial: [batch, chunks, 2, channels] floats.
__kernel void group_stats(__global const real *x, ulong x0, __global float *partial,
                          ulong partial0, int pixels, int channels, int chunk) {
  const int c = get_global_id(0) * VEC;
  const ulong part = get_global_id(1);
  const ulong batch = get_global_id(2);
  const int from = part * chunk;
  const int to = min(from + chunk, pixels);
  x += x0 + batch * pixels * channels + c;
  const vec first = VLOAD(x, 0);
  vec sum = (vec)(0.0f);
  for (int p = from; p < to; p++) {
    sum += VLOAD(x, (ulong)p * channels) - first;
  }
  const vec mean = sum / (float)(to - from);
  vec spread = (vec)(0.0f);
  for (int p = from; p < to; p++) {
    const vec d = VLOAD(x, (ulong)p * channels) - first - mean;
    spread = MAD(d, d, spread);
  }
  __global float *out =
      partial + partial0 + ((batch * get_global_size(1) + part) * 2) * channels + c;
  VSTORE_FLOAT(mean, out, 0);
  VSTORE_FLOAT(spread, out, channels);
}

// Global size: (groups, batch). factors: [batch, 2, channels] floats.
__kernel void group_fold(__global const real *x, ulong x0, __global const float *partial,
                         ulong partial0,
                         __global const float *gamma, ulong gamma0, __global const float *beta,
                         ulong beta0, __global float *factors, ulong factors0, int pixels,
                         int channels, int chunk, int chunks, float eps) {
  const int width = channels / (int)get_global_size(0);
  const int c0 = get_global_id(0) * width;
  const ulong batch = get_global_id(1);
  partial += partial0 + batch * chunks * 2 * channels;
  x += x0 + batch * pixels * channels;
  const float first = LOAD1(x, c0);
  float count = 0.0f, mean = 0.0f, spread = 0.0f;
  for (int part = 0; part < chunks; part++) {
    const float n = min(chunk, pixels - part * chunk);
    for (int c = c0; c < c0 + width; c++) {
      const float m = partial[(ulong)part * 2 * channels + c] + (LOAD1(x, c) - first);
      const float s = partial[((ulong)part * 2 + 1) * channels + c];
      const float both = count + n;
      const float delta = m - mean;
      mean += delta * (n / both);
      spread += s + delta * delta * (count * (n / both));
      count = both;
    }
  }
  const float inverse = 1.0f / sqrt(spread / count + eps);
  factors += factors0 + batch * 2 * channels;
  for (int c = c0; c < c0 + width; c++) {
    const float a = gamma[gamma0 + c] * inverse;
    factors[c] = a;
    factors[channels + c] = beta[beta0 + c] - (mean - (LOAD1(x, c) - first)) * a;
  }
}

// Global size: (channels / VEC, ceil(pixels / span), batch).
__kernel void group_apply(__global const real *x, ulong x0, __global const float *factors,
                          ulong factors0, __global real *y, ulong y0, int pixels, int channels,
                          int span, int act) {
  const int c = get_global_id(0) * VEC;
  const int from = get_global_id(1) * span;
  const ulong batch = get_global_id(2);
  x += x0 + batch * pixels * channels + c;
  y += y0 + batch * pixels * channels + c;
  factors += factors0 + batch * 2 * channels + c;
  const vec a = VLOAD_FLOAT(factors, 0);
  const vec b = VLOAD_FLOAT(factors, channels);
  const vec first = VLOAD(x, 0);
  for (int p = from; p < min(from + span, pixels); p++) {
    const vec v = MAD(VLOAD(x, (ulong)p * channels) - first, a, b);
    VSTORE(activate(v, act), y, (ulong)p * channels);
  }
}

// All three passes in one, for CPU-like devices and pictures that stay in a core's cache: a work-item
// owns a strip of channels, whole groups, of one picture. `strip` is a multiple of VEC, at most
// MOST_STRIP. Global size: (channels / strip, batch).
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void group_norm(__global const real *x, ulong x0, __global const float *gamma, ulong gamma0,
                __global const float *beta, ulong beta0, __global real *y, ulong y0, int pixels,
                int channels, int strip, int width, float eps, int act) {
  const int c0 = get_global_id(0) * strip;
  const ulong batch = get_global_id(1);
  x += x0 + batch * pixels * channels + c0;
  y += y0 + batch * pixels * channels + c0;
  gamma += gamma0 + c0;
  beta += beta0 + c0;
  float first[MOST_STRIP], mean[MOST_STRIP], spread[MOST_STRIP];
  for (int c = 0; c < strip; c += VEC) {
    const vec start = VLOAD(x, c);
    vec sum = (vec)(0.0f);
    for (int p = 0; p < pixels; p++) {
      sum += VLOAD(x, (ulong)p * channels + c) - start;
    }
    const vec m = sum / (float)pixels;
    vec squares = (vec)(0.0f);
    for (int p = 0; p < pixels; p++) {
      const vec d = VLOAD(x, (ulong)p * channels + c) - start - m;
      squares = MAD(d, d, squares);
    }
    VSTORE_FLOAT(start, first, c);
    VSTORE_FLOAT(m, mean, c);
    VSTORE_FLOAT(squares, spread, c);
  }
  // From moments of channels to a factor (in spread) and an offset (in mean) of each.
  for (int g = 0; g < strip; g += width) {
    float sum = 0.0f;
    for (int c = g; c < g + width; c++) {
      sum += mean[c] + (first[c] - first[g]);
    }
    const float middle = sum / width;
    float squares = 0.0f;
    for (int c = g; c < g + width; c++) {
      const float d = mean[c] + (first[c] - first[g]) - middle;
      squares += spread[c] + d * d * pixels;
    }
    const float inverse = 1.0f / sqrt(squares / ((float)pixels * width) + eps);
    for (int c = g; c < g + width; c++) {
      spread[c] = gamma[c] * inverse;
      mean[c] = beta[c] - (middle - (first[c] - first[g])) * spread[c];
    }
  }
  for (int c = 0; c < strip; c += VEC) {
    const vec start = VLOAD_FLOAT(first, c);
    const vec a = VLOAD_FLOAT(spread, c);
    const vec b = VLOAD_FLOAT(mean, c);
    for (int p = 0; p < pixels; p++) {
      const vec v = MAD(VLOAD(x, (ulong)p * channels + c) - start, a, b);
      VSTORE(activate(v, act), y, (ulong)p * channels + c);
    }
  }
}
