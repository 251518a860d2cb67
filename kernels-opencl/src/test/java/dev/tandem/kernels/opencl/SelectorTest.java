package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import java.util.List;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.junit.jupiter.api.Test;

class SelectorTest {
  private final Discovery laptop =
      new Discovery(
          List.of(
              device(0, "Big GPU 4090", "Vendor CUDA", "uuid 1", DeviceInfo.Type.DISCRETE_GPU, 0),
              device(1, "Iris(R) Xe", "Vendor NEO", "uuid 2", DeviceInfo.Type.INTEGRATED_GPU, 0),
              device(2, "Some Core i7", "Vendor CPU", "host processor", DeviceInfo.Type.CPU, 8),
              device(3, "pthread-some", "PoCL", "host processor", DeviceInfo.Type.CPU, 8)),
          "");

  @Test
  void nothingMeansTheBest() {
    assertThat(Selector.find("", laptop).id()).isEqualTo("opencl:0");
  }

  @Test
  void numbersAndParts() {
    assertThat(Selector.find("2", laptop).id()).isEqualTo("opencl:2");
    assertThat(Selector.find("2.7", laptop).id()).isEqualTo("opencl:2.7");
    assertThatThrownBy(() -> Selector.find("2.8", laptop))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("parts 0 to 7");
    assertThatThrownBy(() -> Selector.find("0.0", laptop)).hasMessageContaining("divided");
    assertThatThrownBy(() -> Selector.find("4", laptop))
        .hasMessageContaining("does not exist")
        .hasMessageContaining("opencl:3 (pthread-some, PoCL)");
  }

  @Test
  void typesAndWholeNames() {
    assertThat(Selector.find("dgpu", laptop).id()).isEqualTo("opencl:0");
    assertThat(Selector.find("igpu", laptop).id()).isEqualTo("opencl:1");
    assertThat(Selector.find("iris-r-xe", laptop).id()).isEqualTo("opencl:1");
    assertThat(Selector.find("POCL", laptop).id()).isEqualTo("opencl:3");
    assertThatThrownBy(() -> Selector.find("iris", laptop)).hasMessageContaining("does not exist");
  }

  @Test
  void ambiguousNamesListWhatTheyMayBe() {
    assertThatThrownBy(() -> Selector.find("gpu", laptop))
        .hasMessageContaining("ambiguous")
        .hasMessageContaining("opencl:0 (Big GPU 4090, Vendor CUDA)")
        .hasMessageContaining("opencl:1")
        .message()
        .doesNotContain("opencl:2");
    assertThatThrownBy(() -> Selector.find("cpu", laptop)).hasMessageContaining("ambiguous");
  }

  @Test
  void oneProcessorThroughTwoPlatformsIsAPair() {
    assertThat(laptop.twins(laptop.devices().get(2)))
        .extracting(ClDevice::index)
        .containsExactly(3);
    assertThat(laptop.twins(laptop.devices().get(0))).isEmpty();
  }

  @Test
  void noDriverIsSaid() {
    assertThatThrownBy(() -> Selector.find("0", new Discovery(List.of(), "no driver")))
        .hasMessage("device 'opencl:0': no driver");
  }

  static ClDevice device(
      int index, String name, String platform, String hardware, DeviceInfo.Type type, int parts) {
    return new ClDevice(
        index,
        new cl_platform_id(),
        new cl_device_id(),
        name,
        "vendor of " + name,
        platform,
        "1.0",
        hardware,
        type,
        8,
        8L << 30,
        2L << 30,
        32 << 10,
        256,
        128,
        8,
        true,
        false,
        true,
        parts);
  }
}
