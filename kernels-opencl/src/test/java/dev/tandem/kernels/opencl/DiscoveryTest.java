package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.LeftOut;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found where drivers fail: all that does not, and of the rest the reason. */
class DiscoveryTest {
  private final FakeDrivers drivers = new FakeDrivers();
  private final cl_platform_id other = drivers.platform("Some platform");

  private Discovery found() {
    return Discovery.of(() -> drivers);
  }

  private void good() {
    drivers.device(drivers.platform("Good one"), "Good GPU", CL.CL_DEVICE_TYPE_GPU);
  }

  private LeftOut onlyGoodOneIsFound() {
    Discovery found = found();
    assertThat(found.devices()).extracting(ClDevice::name).containsExactly("Good GPU");
    assertThat(found.devices()).extracting(ClDevice::id).containsExactly("opencl:0");
    assertThat(found.problem()).isEmpty();
    assertThat(found.leftOut()).hasSize(1);
    return found.leftOut().getFirst();
  }

  /** The type that asks for all devices has 32 bits; JOCL's constant has 64. */
  @Test
  void devicesOfADriverThatRefusesUnknownBitsAreFound() {
    drivers.device(other, "a GPU", CL.CL_DEVICE_TYPE_GPU);
    assertThat(found().devices()).extracting(ClDevice::name).containsExactly("a GPU");
    assertThat(found().leftOut()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {-2, -5, -6, -30, -31, -32, -33, -59, -1001, -9999})
  void aPlatformThatFailsHidesNoOther(int status) {
    good();
    drivers.fail(other, FakeDrivers.DEVICES, status);
    LeftOut l = onlyGoodOneIsFound();
    assertThat(l.failed()).isTrue();
    assertThat(l.id()).isEqualTo("opencl:some-platform");
    assertThat(l.toString()).contains("Some platform", "(" + status + ")").doesNotContain("\n");
  }

  @Test
  void aPlatformWithoutADeviceIsNoFailure() {
    good();
    drivers.fail(other, FakeDrivers.DEVICES, CL.CL_DEVICE_NOT_FOUND);
    assertThat(onlyGoodOneIsFound().failed()).isFalse();
    drivers.answer(other, FakeDrivers.DEVICES, "and none counted");
    assertThat(onlyGoodOneIsFound().failed()).isFalse();
    drivers.answer(other, CL.CL_PLATFORM_NAME, "rusticl");
    assertThat(onlyGoodOneIsFound().reason()).contains("RUSTICL_ENABLE");
  }

  @Test
  void aPlatformThatDoesNotTellItsNameIsToldByItsNumber() {
    good();
    drivers.fail(other, CL.CL_PLATFORM_NAME, CL.CL_OUT_OF_HOST_MEMORY);
    assertThat(onlyGoodOneIsFound().toString())
        .isEqualTo("opencl:platform-0 (platform 0) is left out: CL_OUT_OF_HOST_MEMORY (-6)");
  }

  @Test
  void whateverADriverMakesFailIsItsOwn() {
    good();
    drivers.answer(other, FakeDrivers.DEVICES, new UnsupportedOperationException("no function"));
    assertThat(onlyGoodOneIsFound().reason()).contains("no function");
  }

  @ParameterizedTest
  @CsvSource({
    "CL_DEVICE_AVAILABLE, 0, not available",
    "CL_DEVICE_COMPILER_AVAILABLE, 0, no compiler",
    "CL_DEVICE_MAX_COMPUTE_UNITS, 0, 0 compute units",
    "CL_DEVICE_GLOBAL_MEM_SIZE, 0, 0 bytes of memory",
    "CL_DEVICE_VERSION, OpenCL 1.1 Mesa, at least 1.2",
    "CL_DEVICE_VERSION, none, at least 1.2",
  })
  void aDeviceThatCannotBeUsedHidesNoOther(String what, String answer, String reason)
      throws Exception {
    good();
    cl_device_id bad = drivers.device(other, "Bad GPU", CL.CL_DEVICE_TYPE_GPU);
    boolean number = answer.equals("0");
    drivers.answer(bad, CL.class.getField(what).getInt(null), number ? (Object) 0L : answer);
    LeftOut l = onlyGoodOneIsFound();
    assertThat(l.failed()).isTrue();
    assertThat(l.id()).isEqualTo("opencl:bad-gpu");
    assertThat(l.reason()).contains(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CL_DEVICE_NAME",
        "CL_DEVICE_TYPE",
        "CL_DEVICE_EXTENSIONS",
        "CL_DEVICE_VERSION",
        "CL_DEVICE_MAX_COMPUTE_UNITS",
        "CL_DEVICE_GLOBAL_MEM_SIZE"
      })
  void aDeviceThatDoesNotAnswerHidesNoOther(String what) throws Exception {
    good();
    cl_device_id bad = drivers.device(other, "Bad GPU", CL.CL_DEVICE_TYPE_GPU);
    drivers.fail(bad, CL.class.getField(what).getInt(null), CL.CL_OUT_OF_RESOURCES);
    assertThat(onlyGoodOneIsFound().reason()).isEqualTo("CL_OUT_OF_RESOURCES (-5)");
  }

  /** The newest drivers no longer answer what is deprecated, and name extensions they lack. */
  @Test
  void whatIsNotNeededMayFail() {
    cl_device_id d = drivers.device(other, "a GPU", CL.CL_DEVICE_TYPE_GPU);
    drivers.answer(d, CL.CL_DEVICE_EXTENSIONS, "cl_khr_device_uuid cl_khr_pci_bus_info");
    ClDevice found = found().devices().getFirst();
    assertThat(found.hardware()).isEmpty();
    assertThat(found.unified()).isFalse();
    assertThat(found.parts()).isZero();
  }

  @Test
  void allThatFailIsSaidWhereNothingIsLeft() {
    drivers.fail(other, FakeDrivers.DEVICES, CL.CL_INVALID_PLATFORM);
    drivers.platform("Empty");
    assertThat(found().problem())
        .contains("Some platform: CL_INVALID_PLATFORM (-32)", "Empty: it has no device");
  }

  @Test
  void noPlatformAndNoLibraryAreSaid() {
    assertThat(Discovery.of(FakeDrivers::new).problem()).contains("apt install pocl-opencl-icd");
    assertThat(failing(new CLException("none", -1001)).problem())
        .contains("no OpenCL driver is installed");
    assertThat(failing(new CLException("CL_OUT_OF_RESOURCES", -5)).problem())
        .isEqualTo("OpenCL does not answer: CL_OUT_OF_RESOURCES (-5)");
    for (Throwable e :
        new Throwable[] {
          new UnsatisfiedLinkError("libOpenCL.so"),
          new NoClassDefFoundError("libOpenCL.so"),
          new ExceptionInInitializerError("libOpenCL.so"),
          new UnsupportedOperationException("libOpenCL.so")
        }) {
      assertThat(failing(e).problem()).contains("no OpenCL library", "libOpenCL.so");
    }
  }

  private static Discovery failing(Throwable e) {
    return Discovery.of(
        () -> {
          if (e instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) e;
        });
  }

  /** Numbers do not follow the order in which the loader happens to list drivers. */
  @Test
  void numbersGoByTypeThenPlatformThenTheDriversOrder() {
    cl_platform_id rusticl = drivers.platform("rusticl");
    cl_platform_id pocl = drivers.platform("Portable Computing Language");
    drivers.device(rusticl, "llvmpipe", CL.CL_DEVICE_TYPE_CPU);
    drivers.device(pocl, "pthread", CL.CL_DEVICE_TYPE_CPU);
    drivers.device(rusticl, "second GPU", CL.CL_DEVICE_TYPE_GPU);
    drivers.device(rusticl, "first GPU by name", CL.CL_DEVICE_TYPE_GPU);
    assertThat(found().devices())
        .extracting(ClDevice::name)
        .containsExactly("second GPU", "first GPU by name", "pthread", "llvmpipe");
    assertThat(found().devices()).extracting(ClDevice::index).containsExactly(0, 1, 2, 3);
  }

  @Test
  void whoAsksForWhatIsLeftOutHearsWhy() {
    good();
    drivers.fail(other, FakeDrivers.DEVICES, CL.CL_OUT_OF_HOST_MEMORY);
    assertThatThrownBy(() -> Selector.find("Some platform", found()))
        .isInstanceOf(DeviceException.class)
        .hasMessageContainingAll("opencl:some-platform", "CL_OUT_OF_HOST_MEMORY", "opencl:0");
  }
}
