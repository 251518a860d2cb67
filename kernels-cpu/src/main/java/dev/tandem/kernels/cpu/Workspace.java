package dev.tandem.kernels.cpu;

/** The arrays that one thread computes in; made once, and grown to what is needed. */
record Workspace(WinogradStrip strip, ChannelMoments moments, Unpacker unpacker) {
  Workspace() {
    this(new WinogradStrip(), new ChannelMoments(), new Unpacker());
  }
}
