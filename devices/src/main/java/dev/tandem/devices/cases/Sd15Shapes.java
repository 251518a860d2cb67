package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Op;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shapes of Stable Diffusion 1.5: a U-Net step on 64x64 latents with guidance (batch 2; 320, 640,
 * 1280 channels, 8 heads, 77 text tokens), the decoder's widest block and its attention, and plain
 * matrix products.
 */
final class Sd15Shapes {
  private Sd15Shapes() {}

  static List<OpCase> all() {
    return Stream.of(
            conv3(2, 64, 320, 320),
            conv3(2, 64, 960, 320),
            conv3(2, 32, 640, 640),
            conv3(2, 32, 1920, 640),
            conv3(2, 16, 1280, 1280),
            conv3(2, 8, 1280, 1280),
            conv3(2, 8, 2560, 1280),
            ConvolutionCases.conv(Op.Padding.same(1), 3, 2, 2, 64, 64, 320, 320),
            ConvolutionCases.conv(Op.Padding.NONE, 1, 1, 2, 64, 64, 960, 320),
            conv3(1, 64, 512, 512),
            LinearCases.linear(320, true, 2, 4096, 320),
            LinearCases.linear(320, true, 2, 4096, 1280),
            LinearCases.linear(640, true, 2, 1024, 640),
            LinearCases.linear(1280, true, 2, 256, 1280),
            LinearCases.linear(320, false, 2, 77, 768),
            LinearCases.geglu(1280, true, 2, 4096, 320),
            LinearCases.geglu(2560, true, 2, 1024, 640),
            LinearCases.geglu(5120, true, 2, 256, 1280),
            LinearCases.matMul(false, 1, new int[] {1024, 1024}, new int[] {1024, 1024}),
            AttentionCases.attention(2, 4096, 4096, 8, 40, false),
            AttentionCases.attention(2, 4096, 77, 8, 40, false),
            AttentionCases.attention(2, 1024, 1024, 8, 80, false),
            AttentionCases.attention(2, 256, 256, 8, 160, false),
            AttentionCases.attention(1, 4096, 4096, 1, 512, false),
            NormCases.group(32, Activation.SILU, 2, 64, 64, 320),
            NormCases.layer(2, 4096, 320),
            MovementCases.upsample(64, 64, 2, 32, 32, 640),
            MovementCases.concat(3, new int[] {2, 64, 64, 640}, new int[] {2, 64, 64, 320}))
        .map(c -> c.renamed("sd15: " + c.name()).tagged(Tag.BENCH_SD15))
        .toList();
  }

  private static OpCase conv3(int batch, int size, int in, int out) {
    return ConvolutionCases.conv(Op.Padding.same(1), 3, 1, batch, size, size, in, out)
        .within(Tolerance.DEEP_PRODUCT);
  }
}
