package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.DeviceInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  void driverPlatformVendorAndFormatAreInTheKey() {
    assertThat(
            Stream.of(
                    device,
                    with(device, "other vendor", "Some platform", "1.0"),
                    with(device, device.vendor(), "Other platform", "1.0"),
                    with(device, device.vendor(), "Some platform", "1.1"))
                .map(d -> ProgramCache.key(1, d, "a", "b")))
        .doesNotHaveDuplicates();
    assertThat(ProgramCache.key(1, device, "a", "b"))
        .isNotEqualTo(ProgramCache.key(2, device, "a", "b"));
  }

  private static ClDevice with(ClDevice d, String vendor, String platform, String driver) {
    return new ClDevice(
        d.index(),
        d.platform(),
        d.handle(),
        d.name(),
        vendor,
        platform,
        driver,
        d.hardware(),
        d.type(),
        d.computeUnits(),
        d.memoryBytes(),
        d.maxAllocation(),
        d.localMemory(),
        d.maxWorkGroup(),
        d.addressAlign(),
        d.vectorWidth(),
        d.unified(),
        d.fp16(),
        d.fma(),
        d.dot(),
        d.parts());
  }

  /** Writes and reads one key over and over: what {@link #twoProcessesShareAFolder} starts. */
  static final class Hammer {
    private Hammer() {}

    public static void main(String[] args) {
      ProgramCache cache = new ProgramCache(Path.of(args[0]));
      byte fill = Byte.parseByte(args[1]);
      byte[] program = new byte[100_000];
      java.util.Arrays.fill(program, fill);
      cache.write("shared", program);
      for (int i = 0; i < 200; i++) {
        cache.write("shared", program);
        byte[] read = cache.read("shared").orElseThrow(() -> new AssertionError("damaged"));
        for (byte b : read) {
          if (b != read[0]) {
            throw new AssertionError("two programs in one file");
          }
        }
      }
    }
  }

  @Test
  void twoProcessesShareAFolder() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (String fill : List.of("1", "2")) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-XX:+UseSerialGC",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Hammer.class.getName(),
                  folder.toString(),
                  fill)
              .redirectErrorStream(true)
              .start());
    }
    for (Process p : processes) {
      String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(p.waitFor()).as(said).isZero();
    }
    assertThat(folder.toFile().list()).as("no temporary file stays").containsExactly("shared");
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
