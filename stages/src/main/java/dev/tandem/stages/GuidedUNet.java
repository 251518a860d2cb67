package dev.tandem.stages;

import dev.tandem.devices.CompileOptions;
import dev.tandem.devices.Executables;
import java.util.List;

/** A U-Net on one device, computed as {@link ModelOptions#cache} says. It only reads pictures. */
sealed interface GuidedUNet extends AutoCloseable
    permits WholeUNet, DeepCachedUNet, FirstBlockUNet {

  /** Opens the weights; compiles nothing. */
  static GuidedUNet of(ModelPlan plan, Executables executables, CompileOptions options) {
    List<UNetPart> parts =
        plan.stage(StagePlan.DENOISE).parts().stream()
            .map(p -> new UNetPart(plan, p, executables, options))
            .toList();
    if (parts.size() == 1) {
      return new WholeUNet(parts.getFirst());
    }
    return switch (plan.options().cache()) {
      case StepCache.None _ -> throw new IllegalStateException("several networks without a cache");
      case StepCache.Deep deep -> new DeepCachedUNet(deep, parts.getFirst(), parts.getLast());
      case StepCache.FirstBlock first ->
          new FirstBlockUNet(first.threshold(), parts.getFirst(), parts.getLast());
    };
  }

  /** The networks. */
  List<UNetPart> parts();

  /** Whether {@link #evaluate} would not have to compile, whatever it finds. */
  boolean ready(Denoising d, Half half);

  /** Whether most of the next evaluation is sure to be taken over from an earlier one. */
  boolean shallow(Denoising d, Half half);

  /** Asks the network at the step where the picture stands. */
  Evaluation evaluate(Denoising d, Half half, Runner runner);

  /** Memory of what is compiled for a half, bytes on the device. */
  default long bytes(Denoising d, Half half) {
    return parts().stream().mapToLong(p -> p.bytes(d, half)).sum();
  }

  /** Lets the weights go. */
  @Override
  default void close() {
    parts().forEach(UNetPart::close);
  }
}
