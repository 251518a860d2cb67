package dev.tandem.kernels.cpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** What the operating system says of this process's pages (Linux's {@code pagemap}). */
final class Smaps {
  private static final long PAGE = 4096;

  private Smaps() {}

  /** Bytes of a range that are in memory, in whole pages. */
  static long residentBytes(long address, long bytes) {
    long first = (address + PAGE - 1) / PAGE;
    long end = (address + bytes) / PAGE;
    ByteBuffer entries =
        ByteBuffer.allocate(Math.toIntExact((end - first) * 8)).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel pages = FileChannel.open(Path.of("/proc/self/pagemap"))) {
      while (entries.hasRemaining() && pages.read(entries, first * 8 + entries.position()) >= 0) {}
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    long there = 0;
    for (int i = 0; i < entries.limit(); i += 8) {
      there += entries.getLong(i) < 0 ? PAGE : 0; // bit 63: present
    }
    return there;
  }
}
