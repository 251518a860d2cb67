// Types and loads that every kernel shares.
//
// Set by the host:
//   VEC        width of `vec` in floats: 1, 2, 4, 8 or 16; left out for kernels without vectors
//   STORE_F16  defined: tensors hold 16-bit floats; sums stay 32-bit
//   USE_FMA    defined: the device has a fast fused multiply-add

#define GLUE_(a, b) a##b
#define GLUE(a, b) GLUE_(a, b)

#ifndef VEC
#define VEC 1
#endif

#ifdef USE_FMA
#define MAD(a, b, c) fma(a, b, c)
#else
#define MAD(a, b, c) mad(a, b, c)
#endif

// `real` is what memory holds; half is only ever loaded and stored, so cl_khr_fp16 is not needed.
#ifdef STORE_F16
typedef half real;
#define LOAD1(p, i) vload_half((i), (p))
#define STORE1(v, p, i) vstore_half_rte((v), (i), (p))
#else
typedef float real;
#define LOAD1(p, i) ((p)[i])
#define STORE1(v, p, i) ((p)[i] = (v))
#endif

#if VEC == 1
typedef float vec;
#define AS_INTS(v) as_int(v)
#define AS_VEC(i) as_float(i)
#define VLOAD(p, i) LOAD1(p, i)
#define VSTORE(v, p, i) STORE1(v, p, i)
#define VLOAD_FLOAT(p, i) ((p)[i])
#define VSTORE_FLOAT(v, p, i) ((p)[i] = (v))
#else
typedef GLUE(float, VEC) vec;
#define AS_INTS(v) GLUE(as_int, VEC)(v)
#define AS_VEC(i) GLUE(as_float, VEC)(i)
#ifdef STORE_F16
#define VLOAD(p, i) GLUE(vload_half, VEC)(0, (p) + (i))
#define VSTORE(v, p, i) GLUE(GLUE(vstore_half, VEC), _rte)((v), 0, (p) + (i))
#else
#define VLOAD(p, i) GLUE(vload, VEC)(0, (p) + (i))
#define VSTORE(v, p, i) GLUE(vstore, VEC)((v), 0, (p) + (i))
#endif
#define VLOAD_FLOAT(p, i) GLUE(vload, VEC)(0, (p) + (i))
#define VSTORE_FLOAT(v, p, i) GLUE(vstore, VEC)((v), 0, (p) + (i))
#endif

// Sum of the lanes of a vector.
static float lanes_sum(vec v) {
#if VEC == 1
  return v;
#elif VEC == 2
  return v.s0 + v.s1;
#elif VEC == 4
  return (v.s0 + v.s1) + (v.s2 + v.s3);
#elif VEC == 8
  float4 h = v.lo + v.hi;
  return (h.s0 + h.s1) + (h.s2 + h.s3);
#else
  float8 e = v.lo + v.hi;
  float4 h = e.lo + e.hi;
  return (h.s0 + h.s1) + (h.s2 + h.s3);
#endif
}

// Largest lane of a vector.
static float lanes_max(vec v) {
#if VEC == 1
  return v;
#elif VEC == 2
  return max(v.s0, v.s1);
#elif VEC == 4
  return max(max(v.s0, v.s1), max(v.s2, v.s3));
#elif VEC == 8
  float4 h = max(v.lo, v.hi);
  return max(max(h.s0, h.s1), max(h.s2, h.s3));
#else
  float8 e = max(v.lo, v.hi);
  float4 h = max(e.lo, e.hi);
  return max(max(h.s0, h.s1), max(h.s2, h.s3));
#endif
}

// e^x to 2 ulp for x from -87 to 88; what lies beyond is taken as the end, so the result is neither
// 0 nor infinite. x log2(e) = n + f with n whole: 2^f is a polynomial (its Taylor series of degree
// 7 on [-1/2, 1/2]), 2^n is added to the exponent's bits. Built-in ones are computed lane by lane on
// some platforms.
static vec exp_fast(vec x) {
  x = fmin(fmax(x, (vec)(-87.0f)), (vec)(88.0f));
  // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the lowest bits.
  const vec magic = (vec)(12582912.0f);
  const vec t = MAD(x, (vec)(1.44269504f), magic);
  const vec n = t - magic;
  vec f = MAD(n, (vec)(-0.693145752f), x);
  f = MAD(n, (vec)(-1.42860677e-6f), f);
  vec p = MAD(f, (vec)(1.0f / 5040), (vec)(1.0f / 720));
  p = MAD(p, f, (vec)(1.0f / 120));
  p = MAD(p, f, (vec)(1.0f / 24));
  p = MAD(p, f, (vec)(1.0f / 6));
  p = MAD(p, f, (vec)(0.5f));
  p = MAD(p, f, (vec)(1.0f));
  p = MAD(p, f, (vec)(1.0f));
  return AS_VEC(AS_INTS(p) + (AS_INTS(t) << 23));
}
