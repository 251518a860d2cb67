package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.DeviceInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramCacheTest {
  private final ClDevice device =
      SelectorTest.device(0, "Some GPU", "Some platform", "", DeviceInfo.Type.DISCRETE_GPU, 0);

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    ProgramCache cache = new ProgramCache(folder.resolve("made/when/needed"));
    String key = cache.key(device, "kernel void f() {}", "-DA=1");
    assertThat(cache.read(key)).isEmpty();
    cache.write(key, new byte[] {1, 2, 3});
    assertThat(cache.read(key)).hasValue(new byte[] {1, 2, 3});
    try (Stream<Path> files = Files.list(cache.folder())) {
      assertThat(files).hasSize(1); // no temporary file stays behind
    }
  }

  @Test
  void sourceOptionsAndDeviceAreInTheKey() {
    ProgramCache cache = new ProgramCache(folder);
    ClDevice other =
        SelectorTest.device(0, "Other GPU", "Some platform", "", DeviceInfo.Type.DISCRETE_GPU, 0);
    assertThat(
            Stream.of(
                cache.key(device, "a", "b"),
                cache.key(device, "ab", ""),
                cache.key(device, "a", "c"),
                cache.key(device, "d", "b"),
                cache.key(other, "a", "b")))
        .doesNotHaveDuplicates();
    assertThat(cache.key(device, "a", "b")).isEqualTo(cache.key(device, "a", "b"));
  }

  @Test
  void anyDamagedByteIsNoticed() throws IOException {
    ProgramCache cache = new ProgramCache(folder);
    cache.write("k", new byte[] {1, 2, 3});
    byte[] good = Files.readAllBytes(folder.resolve("k"));
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      Files.write(folder.resolve("k"), bad);
      assertThat(cache.read("k")).as("byte %s changed", i).isEmpty();
    }
    for (int length = 0; length < good.length; length++) {
      Files.write(folder.resolve("k"), java.util.Arrays.copyOf(good, length));
      assertThat(cache.read("k")).as("cut to %s bytes", length).isEmpty();
    }
  }
}
