package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.devices.DeviceInfo;
import java.util.Optional;
import org.jocl.CL;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers of real drivers, as users of clinfo posted them. */
class HardwareFactsTest {
  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          NVIDIA Corporation            | NVIDIA GeForce RTX 4060 Laptop GPU | false | false |                          | DISCRETE_GPU
          NVIDIA Corporation            | GeForce GTX 970                    | false | false |                          | DISCRETE_GPU
          NVIDIA Corporation            | NVIDIA Tegra Orin                  | true  | true  |                          | INTEGRATED_GPU
          NVIDIA Corporation            | GeForce GTX 1650                   | false |       |                          | DISCRETE_GPU
          Advanced Micro Devices, Inc.  | gfx1030                            | false |       | AMD Radeon RX 6800 XT    | DISCRETE_GPU
          Advanced Micro Devices, Inc.  | gfx1100                            | true  |       | Radeon RX 7900 XTX       | DISCRETE_GPU
          Advanced Micro Devices, Inc.  | gfx906:sramecc+:xnack-             | false |       | AMD Instinct MI50/MI60   | DISCRETE_GPU
          Advanced Micro Devices, Inc.  | gfx1103                            | true  |       | AMD Radeon 780M Graphics | INTEGRATED_GPU
          Advanced Micro Devices, Inc.  | gfx1103                            | false |       | AMD Radeon 780M          | INTEGRATED_GPU
          Advanced Micro Devices, Inc.  | gfx90c:xnack-                      | false |       | AMD Radeon(TM) Graphics  | INTEGRATED_GPU
          Advanced Micro Devices, Inc.  | gfx1151                            | false |       | Radeon 8060S Graphics    | INTEGRATED_GPU
          AMD                           | AMD Radeon Vega 8 Graphics (radeonsi, raven, LLVM 15.0.7, DRM 3.42) | false | | | INTEGRATED_GPU
          AMD                           | AMD Radeon RX 580 Series (radeonsi, polaris10, LLVM 17.0.6)         | false | | | DISCRETE_GPU
          AMD                           | AMD Radeon Pro 5500M Compute Engine | false |      |                          | DISCRETE_GPU
          Intel(R) Corporation          | Intel(R) UHD Graphics 770          | true  |       |                          | INTEGRATED_GPU
          Intel(R) Corporation          | Intel(R) HD Graphics 5500          | true  |       |                          | INTEGRATED_GPU
          Intel(R) Corporation          | Intel(R) Iris(R) Xe Graphics       | true  |       |                          | INTEGRATED_GPU
          Intel(R) Corporation          | Intel(R) Arc(TM) Graphics          | true  |       |                          | INTEGRATED_GPU
          Intel(R) Corporation          | Intel(R) Arc(TM) 140V GPU (16GB)   | true  |       |                          | INTEGRATED_GPU
          Intel(R) Corporation          | Intel(R) Arc(TM) A770 Graphics     | false |       |                          | DISCRETE_GPU
          Intel(R) Corporation          | Intel(R) Arc(TM) B580 Graphics     | true  |       |                          | DISCRETE_GPU
          Intel(R) Corporation          | Intel(R) Iris(R) Xe MAX Graphics   | true  |       |                          | DISCRETE_GPU
          Intel Inc.                    | Intel(R) Iris(TM) Plus Graphics 655 | true |       |                          | INTEGRATED_GPU
          Apple                         | Apple M2 Pro                       | true  |       |                          | INTEGRATED_GPU
          ARM                           | Mali-G610 r0p0                     | true  |       |                          | INTEGRATED_GPU
          QUALCOMM                      | QUALCOMM Adreno(TM) 740            | true  |       |                          | INTEGRATED_GPU
          Some new vendor               | Some GPU                           | true  |       |                          | INTEGRATED_GPU
          Some new vendor               | Some card                          | false |       |                          | DISCRETE_GPU
          """)
  void aGpuIsDiscreteOrIntegrated(
      String vendor,
      String name,
      boolean unified,
      Boolean integratedNv,
      String boardNameAmd,
      DeviceInfo.Type expected) {
    HardwareFacts facts =
        new HardwareFacts(
            CL.CL_DEVICE_TYPE_GPU,
            vendor,
            name,
            unified,
            Optional.ofNullable(integratedNv),
            Optional.ofNullable(boardNameAmd));
    assertThat(facts.type()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "2, pthread-skylake-avx512-AMD EPYC, AuthenticAMD, CPU",
    "2, Intel(R) Core(TM) i5-10500 CPU @ 3.10GHz, Intel(R) Corporation, CPU",
    "8, Intel(R) FPGA Emulation Device, Intel(R) Corporation, ACCELERATOR"
  })
  void othersAreWhatTheySay(long clType, String name, String vendor, DeviceInfo.Type expected) {
    HardwareFacts facts =
        new HardwareFacts(clType, vendor, name, true, Optional.empty(), Optional.empty());
    assertThat(facts.type()).isEqualTo(expected);
  }
}
