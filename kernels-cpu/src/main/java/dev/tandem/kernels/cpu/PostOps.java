package dev.tandem.kernels.cpu;

import dev.tandem.graph.Activation;
import java.util.ArrayList;
import java.util.List;

/** What a primitive does to its result before it stores it, in order. */
final class PostOps {
  /**
   * {@code MULTIPLE_POST_OP(i) | SRC_1} of oneDNN: where the i-th post-operation's operand goes.
   */
  private static int argument(int index) {
    return 32768 * (index + 1) | OneDnn.ARG_SRC_1;
  }

  private sealed interface Step {
    record Eltwise(int algorithm, float alpha, float beta) implements Step {}

    record Sum(float factor) implements Step {}

    record Binary(int algorithm, long layout, Place place) implements Step {}

    record Moving(int algorithm, Movable operand) implements Step {}
  }

  /** oneDNN's name of an activation. */
  record Eltwise(int algorithm, float alpha) {
    static Eltwise of(Activation a) {
      return switch (a) {
        case NONE -> new Eltwise(OneDnn.ELTWISE_LINEAR, 1);
        case SILU -> new Eltwise(OneDnn.ELTWISE_SWISH, 1);
        case RELU -> new Eltwise(OneDnn.ELTWISE_RELU, 0);
        case TANH -> new Eltwise(OneDnn.ELTWISE_TANH, 0);
        case GELU -> new Eltwise(OneDnn.ELTWISE_GELU_ERF, 0);
        case QUICK_GELU -> new Eltwise(OneDnn.ELTWISE_SWISH, 1.702f);
      };
    }
  }

  private final List<Step> steps = new ArrayList<>();

  static PostOps none() {
    return new PostOps();
  }

  PostOps activation(Activation a) {
    if (a != Activation.NONE) {
      Eltwise e = Eltwise.of(a);
      steps.add(new Step.Eltwise(e.algorithm(), e.alpha(), 0));
    }
    return this;
  }

  PostOps scale(float factor) {
    if (factor != 1) {
      steps.add(new Step.Eltwise(OneDnn.ELTWISE_LINEAR, factor, 0));
    }
    return this;
  }

  /** Adds {@code factor} times what the destination held before. */
  PostOps sum(float factor) {
    steps.add(new Step.Sum(factor));
    return this;
  }

  PostOps clip(float least, float most) {
    steps.add(new Step.Eltwise(OneDnn.ELTWISE_CLIP, least, most));
    return this;
  }

  PostOps binary(int algorithm, long layout, Place operand) {
    steps.add(new Step.Binary(algorithm, layout, operand));
    return this;
  }

  PostOps binary(int algorithm, Movable operand) {
    steps.add(new Step.Moving(algorithm, operand));
    return this;
  }

  /** New attributes with these post-operations; the caller destroys them. */
  long attributes(OneDnn lib) {
    long attributes = lib.attributes();
    if (!steps.isEmpty()) {
      long ops = lib.postOps();
      for (Step s : steps) {
        switch (s) {
          case Step.Eltwise e -> lib.appendEltwise(ops, e.algorithm(), e.alpha(), e.beta());
          case Step.Sum sum -> lib.appendSum(ops, sum.factor());
          case Step.Binary b -> lib.appendBinary(ops, b.algorithm(), b.layout());
          case Step.Moving m -> lib.appendBinary(ops, m.algorithm(), m.operand().layout());
        }
      }
      lib.setPostOps(attributes, ops);
      lib.destroy(OneDnn.Kind.POST_OPS, ops);
    }
    return attributes;
  }

  /** Adds the operands to a call's arguments. */
  void bind(Primitives.Call call) {
    for (int i = 0; i < steps.size(); i++) {
      switch (steps.get(i)) {
        case Step.Binary b -> call.arg(argument(i), b.layout(), b.place());
        case Step.Moving m -> call.arg(argument(i), m.operand());
        case Step.Eltwise _, Step.Sum _ -> {}
      }
    }
  }
}
