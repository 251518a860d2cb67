// Types and loads of the kernels that work on tiles in local memory.
//
// Set by the host:
//   ARITH_F16  defined: tiles hold 16-bit floats, and a tile's products are summed in 16 bits before
//              they are added to 32-bit sums. Needs STORE_F16 and cl_khr_fp16
#ifdef ARITH_F16
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
typedef half arith;
#define ARITH half
// Products may be rounded before they are added.
#define TILE_MAD(a, b, c) mad(a, b, c)
#else
typedef float arith;
#define ARITH float
#define TILE_MAD(a, b, c) MAD(a, b, c)
#endif

// A vector of VEC of them.
#if VEC == 1
typedef arith avec;
#define TILE_VLOAD(p, i) ((p)[i])
#define TILE_VSTORE(v, p, i) ((p)[i] = (v))
#define TO_ARITH(v) ((arith)(v))
#define TO_FLOAT(v) ((float)(v))
#else
typedef GLUE(ARITH, VEC) avec;
#define TILE_VLOAD(p, i) GLUE(vload, VEC)(0, (p) + (i))
#define TILE_VSTORE(v, p, i) GLUE(vstore, VEC)((v), 0, (p) + (i))
#define TO_ARITH(v) GLUE(GLUE(convert_, ARITH), VEC)(v)
#define TO_FLOAT(v) GLUE(convert_float, VEC)(v)
#endif

// COPY_n(from, to): n values of a tensor to a tile, n = 1, 2, 4 or 8.
#if defined(STORE_F16) && !defined(ARITH_F16)
#define COPY_OF(n, from, to) GLUE(vstore, n)(GLUE(vload_half, n)(0, from), 0, to)
#define COPY_1(from, to) ((to)[0] = vload_half(0, from))
#else
#define COPY_OF(n, from, to) GLUE(vstore, n)(GLUE(vload, n)(0, from), 0, to)
#define COPY_1(from, to) ((to)[0] = (from)[0])
#endif
#define COPY_2(from, to) COPY_OF(2, from, to)
#define COPY_4(from, to) COPY_OF(4, from, to)
#define COPY_8(from, to) COPY_OF(8, from, to)
#define COPY_NAME_(n) COPY_##n
#define COPY_NAME(n) COPY_NAME_(n)
#define COPY(n, from, to) COPY_NAME(n)(from, to)
