package dev.tandem.stages;

import dev.tandem.stages.unet.UNet2DConfig;
import java.util.Arrays;

/**
 * What a text encoder says of a prompt.
 *
 * @param tokens rows of {@code hidden}
 * @param hidden {@code [tokens, channels]}, the U-Net's {@code encoder_hidden_states}
 * @param pooled {@code [channels]}, the U-Net's {@code text_embeds}; empty unless the model is of
 *     the XL kind
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record Conditioning(int tokens, float[] hidden, float[] pooled) {
  private static final float[] NONE = {};

  /** Without a pooled embedding. */
  public static Conditioning of(int tokens, float[] hidden) {
    return new Conditioning(tokens, hidden, NONE);
  }

  /** What stands for a prompt where only time and memory matter: one number everywhere. */
  public static Conditioning of(ModelPlan plan, float number) {
    float[] hidden = new float[plan.tokens() * plan.unet().contextDim()];
    Arrays.fill(hidden, number);
    int pooled = plan.unet().textTime().map(UNet2DConfig.TextTime::textDim).orElse(0);
    return new Conditioning(plan.tokens(), hidden, new float[pooled]);
  }

  /** All zeros, of the same size. */
  Conditioning zeros() {
    return new Conditioning(tokens, new float[hidden.length], new float[pooled.length]);
  }
}
