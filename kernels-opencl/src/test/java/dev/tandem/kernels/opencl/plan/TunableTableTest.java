package dev.tandem.kernels.opencl.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceInfo;
import dev.tandem.devices.profile.Machine;
import dev.tandem.devices.profile.Profile;
import dev.tandem.devices.profile.TunableEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The ladder: exact device, vendor and type, type, default; a shape before all. */
class TunableTableTest {
  private static final String KERNEL = "gemm_tile";
  private static final String VENDOR = "Some vendor";
  private static final String TYPE = "DISCRETE_GPU";
  private final DeviceTraits device =
      new DeviceTraits(
          "Some GPU", VENDOR, DeviceInfo.Type.DISCRETE_GPU, 4, 8, 32 << 10, 64, false, false);

  private static TunableEntry entry(
      int value, String name, String vendor, String type, Integer width, String shape) {
    return new TunableEntry(
        KERNEL,
        Optional.ofNullable(name),
        Optional.ofNullable(vendor),
        Optional.ofNullable(type),
        Optional.ofNullable(width),
        Optional.ofNullable(shape),
        Optional.empty(),
        Map.of("A", value));
  }

  /** From the most exact to the default. */
  private static List<TunableEntry> ladder() {
    return List.of(
        entry(0, "Some GPU", VENDOR, TYPE, null, "8x8x8"),
        entry(1, null, null, TYPE, null, "8x8x8"),
        entry(2, "Some GPU", null, null, null, null),
        entry(3, null, VENDOR, TYPE, null, null),
        entry(4, null, null, TYPE, 8, null),
        entry(5, null, null, TYPE, null, null),
        entry(6, null, null, null, null, null));
  }

  private int found(List<TunableEntry> entries) {
    return new TunableTable(entries).find(KERNEL, device, "8x8x8").get("A");
  }

  @Test
  void theMostExactEntryWinsInAnyOrderAndTheNextOnceItIsGone() {
    Random random = new Random(3);
    for (int gone = 0; gone < ladder().size(); gone++) {
      List<TunableEntry> left = new ArrayList<>(ladder().subList(gone, ladder().size()));
      Collections.shuffle(left, random);
      assertThat(found(left)).as("without the first %s", gone).isEqualTo(gone);
    }
  }

  @Test
  void whatNamesAnotherDeviceDoesNotCount() {
    assertThat(
            found(
                List.of(
                    entry(1, "Other GPU", null, null, null, "8x8x8"),
                    entry(2, null, "other vendor", TYPE, null, null),
                    entry(3, null, null, "CPU", null, null),
                    entry(4, null, null, null, 16, null),
                    entry(5, null, null, null, null, "9x9x9"),
                    entry(6, null, null, null, null, null))))
        .isEqualTo(6);
  }

  @Test
  void nothingAtAllIsAnErrorThatNamesTheKernelAndTheDevice() {
    assertThatThrownBy(() -> found(List.of()))
        .isInstanceOf(DeviceException.class)
        .hasMessage("no tunables for kernel 'gemm_tile' on Some GPU");
  }

  @Test
  void valuesTunedForOtherKernelSourceDoNotCount() {
    TunableEntry any = ladder().getLast();
    assertThat(found(List.of(versioned(KernelSource.version(KERNEL)), any))).isEqualTo(9);
    assertThat(found(List.of(versioned("0123456789abcdef"), any))).isEqualTo(6);
  }

  private static TunableEntry versioned(String version) {
    return new TunableEntry(
        KERNEL,
        Optional.of("Some GPU"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of("8x8x8"),
        Optional.of(version),
        Map.of("A", 9));
  }

  @Test
  void aProfileComesBeforeTheBuiltInTable() {
    Profile empty = Profile.of("p", new Machine("cpu", 1, 1, "os"));
    TunableEntry same = entry(9, null, null, null, null, null);
    TunableTable table = TunableTable.of(Optional.of(empty.withTunables(List.of(same))));
    assertThat(table.find(KERNEL, device, "8x8x8").values()).isEqualTo(Map.of("A", 9));
    assertThat(TunableTable.of(Optional.empty()).find(KERNEL, device, "8x8x8").values())
        .containsKeys("VEC", "LN", "LM");
  }
}
