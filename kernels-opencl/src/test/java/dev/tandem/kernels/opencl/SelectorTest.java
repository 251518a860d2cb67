package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.profile.DeviceProfile;
import java.util.List;
import java.util.Optional;
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
          List.of(),
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

  private static DeviceProfile inProfile(String id, String name, String platform) {
    return new DeviceProfile(
        id,
        name,
        Optional.empty(),
        Optional.ofNullable(platform),
        Optional.empty(),
        Optional.empty(),
        DeviceInfo.Type.CPU,
        8,
        false,
        true,
        new DeviceProfile.Limits(1, 1),
        new DeviceProfile.Peak(1, 1),
        Optional.empty(),
        List.of(),
        List.of());
  }

  @Test
  void aProfileSaysWhichDeviceByItsNameSinceNumbersChange() {
    DeviceProfile cpu = inProfile("cpu", "Some Core i7", null);
    DeviceProfile xe = inProfile("opencl:7", "Iris(R) Xe", "Vendor NEO");
    DeviceProfile part = inProfile("opencl:0.3", "pthread-some", "PoCL");
    assertThat(Selector.find("", List.of(cpu, xe), laptop).id()).isEqualTo("opencl:1");
    assertThat(Selector.find("", List.of(part), laptop).id()).isEqualTo("opencl:3.3");
    assertThat(Selector.find("iris-r-xe", List.of(xe, part), laptop).id()).isEqualTo("opencl:1");
    assertThat(Selector.find("2", List.of(xe), laptop).id()).isEqualTo("opencl:2");
    assertThat(Selector.find("", List.of(cpu), laptop).id())
        .as("no OpenCL in it")
        .isEqualTo("opencl:0");
    assertThatThrownBy(() -> Selector.find("", List.of(xe, part), laptop))
        .hasMessageContaining("ambiguous")
        .hasMessageContaining("opencl:1, opencl:3.3");
    assertThatThrownBy(
            () -> Selector.find("", List.of(inProfile("opencl:0", "Gone GPU", null)), laptop))
        .hasMessageContaining("Gone GPU, which is not here; found: opencl:0");
  }

  @Test
  void noDriverIsSaid() {
    assertThatThrownBy(() -> Selector.find("0", new Discovery(List.of(), List.of(), "no driver")))
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
        false,
        parts);
  }
}
