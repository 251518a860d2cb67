// The element-wise functions of dev.tandem.graph.Activation, by the codes of ActivationCode.
#include "common.cl"

static vec gelu(vec x) { return 0.5f * x * (1.0f + erf(x * 0.70710678118654752f)); }

static vec activate(vec x, int code) {
  switch (code) {
    case 1: return x / (1.0f + exp(-x));            // SiLU
    case 2: return fmax(x, (vec)(0.0f));            // ReLU
    case 3: return tanh(x);
    case 4: return gelu(x);
    case 5: return x / (1.0f + exp(-1.702f * x));   // quick GELU
    default: return x;
  }
}
