package dev.tandem.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.Devices;
import java.util.List;
import java.util.stream.Stream;

/**
 * TornadoVM's devices, as tests with the tag {@link #TAG} open them: each with kernels written in
 * Java and with those of {@code kernels-opencl}. Such tests run in a Java that was started with
 * TornadoVM, where TORNADOVM_HOME is set, and all others in one without.
 */
public final class TornadoSpecs {
  public static final String TAG = "tornado";

  private TornadoSpecs() {}

  /** On all of its devices but Mesa's on a processor, for the reason that {@link Llvmpipe} has. */
  public static List<String> all() {
    List<String> all =
        Devices.list().stream()
            .filter(d -> d.id().startsWith("tornado:") && !d.name().startsWith("llvmpipe"))
            .map(DeviceInfo::id)
            .flatMap(TornadoSpecs::withBothKernels)
            .toList();
    assertThat(all).as("devices of TornadoVM").isNotEmpty();
    return all;
  }

  /** On its first device. */
  public static List<String> first() {
    return withBothKernels("tornado:0").toList();
  }

  private static Stream<String> withBothKernels(String id) {
    return Stream.of(id + ",kernels=java", id + ",kernels=prebuilt");
  }
}
