package dev.tandem.devices.cases;

import dev.tandem.graph.Activation;
import dev.tandem.graph.Op;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shapes of the default model: a U-Net step on 16x16 latents with guidance (batch 2; 64, 128, 192
 * channels, heads of 32, 32 text tokens) and the decoder of one 128x128 picture.
 */
final class DefaultModelShapes {
  private DefaultModelShapes() {}

  static List<OpCase> all() {
    return Stream.of(
            conv3(2, 16, 64, 64),
            conv3(2, 16, 128, 64),
            conv3(2, 16, 192, 64),
            conv3(2, 8, 128, 128),
            conv3(2, 8, 256, 128),
            conv3(2, 4, 192, 192),
            conv3(2, 4, 384, 192),
            ConvolutionCases.conv(Op.Padding.same(1), 3, 2, 2, 16, 16, 64, 64),
            ConvolutionCases.conv(Op.Padding.NONE, 1, 1, 2, 16, 16, 192, 64),
            conv3(1, 16, 128, 128),
            conv3(1, 32, 128, 128),
            conv3(1, 64, 64, 64),
            conv3(1, 128, 32, 32),
            conv3(1, 128, 16, 16),
            LinearCases.linear(64, true, 2, 256, 64),
            LinearCases.linear(64, true, 2, 256, 256),
            LinearCases.linear(128, true, 2, 64, 128),
            LinearCases.geglu(256, true, 2, 256, 64),
            LinearCases.geglu(512, true, 2, 64, 128),
            AttentionCases.attention(2, 256, 256, 2, 32, false),
            AttentionCases.attention(2, 256, 32, 2, 32, false),
            AttentionCases.attention(2, 64, 64, 4, 32, false),
            AttentionCases.attention(1, 256, 256, 1, 128, false),
            NormCases.group(32, Activation.SILU, 2, 16, 16, 64),
            NormCases.group(4, Activation.SILU, 1, 128, 128, 16),
            NormCases.layer(2, 256, 64),
            MovementCases.upsample(16, 16, 2, 8, 8, 128),
            MovementCases.concat(3, new int[] {2, 16, 16, 64}, new int[] {2, 16, 16, 64}))
        .map(c -> c.renamed("default: " + c.name()).tagged(Tag.BENCH_DEFAULT))
        .toList();
  }

  private static OpCase conv3(int batch, int size, int in, int out) {
    return ConvolutionCases.conv(Op.Padding.same(1), 3, 1, batch, size, size, in, out);
  }
}
