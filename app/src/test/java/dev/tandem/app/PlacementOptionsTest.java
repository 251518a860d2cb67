package dev.tandem.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PlacementOptionsTest {
  @Test
  void anOptionBelongsToTheDeviceBeforeIt() {
    assertThat(PlacementOptions.split("cpu:a,threads=1,opencl:0.1, sim:x,unet=4,vae=2"))
        .containsExactly("cpu:a,threads=1", "opencl:0.1", "sim:x,unet=4,vae=2");
  }

  @Test
  void aSemicolonSeparatesToo() {
    assertThat(PlacementOptions.split("cpu:a,threads=1;cpu:b,threads=1"))
        .containsExactly("cpu:a,threads=1", "cpu:b,threads=1");
  }

  @Test
  void aMissingOrRepeatedNameIsNamed() {
    assertThatThrownBy(() -> PlacementOptions.split("cpu,,opencl:0"))
        .hasMessageContaining("'cpu,,opencl:0': a name is missing");
    assertThatThrownBy(() -> PlacementOptions.split("cpu,cpu")).hasMessageContaining("twice");
  }
}
