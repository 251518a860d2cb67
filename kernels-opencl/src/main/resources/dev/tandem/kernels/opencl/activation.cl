// The element-wise functions of dev.tandem.graph.Activation, by the codes of ActivationCode.
#include "common.cl"

// Error function to 1.5e-7. Abramowitz and Stegun 1964, formula 7.1.26; the built-in one is computed
// lane by lane on some platforms.
static vec erf_poly(vec x) {
  const vec a = fabs(x);
  const vec t = 1.0f / MAD((vec)(0.3275911f), a, (vec)(1.0f));
  vec p = MAD(t, (vec)(1.061405429f), (vec)(-1.453152027f));
  p = MAD(t, p, (vec)(1.421413741f));
  p = MAD(t, p, (vec)(-0.284496736f));
  p = MAD(t, p, (vec)(0.254829592f));
  return copysign(1.0f - p * t * exp_fast(-a * a), x);
}

static vec gelu(vec x) { return 0.5f * x * (1.0f + erf_poly(x * 0.70710678118654752f)); }

static vec activate(vec x, int code) {
  switch (code) {
    case 1: return x / (1.0f + exp_fast(-x));            // SiLU
    case 2: return fmax(x, (vec)(0.0f));            // ReLU
    case 3: return tanh(x);
    case 4: return gelu(x);
    case 5: return x / (1.0f + exp_fast(-1.702f * x));   // quick GELU
    default: return x;
  }
}
