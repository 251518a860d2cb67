// The one-dimensional transforms of Winograd F(4, 3) on columns of six.
//
// Lavin and Gray 2015, "Fast algorithms for convolutional neural networks", section 4.1 and F(4,3).

// y = B^T x for a column of six.
#define TO_DOMAIN(y, x)                              \
  do {                                               \
    const vec a_ = x[4] - 4.0f * x[2];               \
    const vec b_ = x[3] - 4.0f * x[1];               \
    const vec c_ = x[4] - x[2];                      \
    const vec d_ = 2.0f * (x[3] - x[1]);             \
    y[0] = 4.0f * x[0] - 5.0f * x[2] + x[4];         \
    y[1] = a_ + b_;                                  \
    y[2] = a_ - b_;                                  \
    y[3] = c_ + d_;                                  \
    y[4] = c_ - d_;                                  \
    y[5] = 4.0f * x[1] - 5.0f * x[3] + x[5];         \
  } while (0)

// y = A^T x: four results of six.
#define FROM_DOMAIN(y, x)                            \
  do {                                               \
    const vec a_ = x[1] + x[2];                      \
    const vec b_ = x[1] - x[2];                      \
    const vec c_ = x[3] + x[4];                      \
    const vec d_ = x[3] - x[4];                      \
    y[0] = x[0] + a_ + c_;                           \
    y[1] = b_ + 2.0f * d_;                           \
    y[2] = a_ + 4.0f * c_;                           \
    y[3] = b_ + 8.0f * d_ + x[5];                    \
  } while (0)

// y = G x for a column of three of a kernel.
#define KERNEL_TO_DOMAIN(y, x)                               \
  do {                                                       \
    const vec a_ = (x[0] + x[2]) * (-1.0f / 6);              \
    const vec b_ = x[1] * (1.0f / 6);                        \
    const vec c_ = x[0] * (1.0f / 24) + x[2] * (1.0f / 6);   \
    const vec d_ = x[1] * (1.0f / 12);                       \
    y[0] = x[0] * 0.25f;                                     \
    y[1] = a_ - b_;                                          \
    y[2] = a_ + b_;                                          \
    y[3] = c_ + d_;                                          \
    y[4] = c_ - d_;                                          \
    y[5] = x[2];                                             \
  } while (0)
