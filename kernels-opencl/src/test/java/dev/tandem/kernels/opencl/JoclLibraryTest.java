package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jocl.CL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoclLibraryTest {
  @TempDir private Path folder;

  @Test
  void aDamagedLibraryIsMadeAgain() throws Exception {
    byte[] library;
    try (var in = CL.class.getResourceAsStream("/lib/" + JoclLibrary.fileName())) {
      library = in.readAllBytes();
    }
    Path file = folder.resolve(JoclLibrary.fileName());
    new JoclLibrary(folder).unpack();
    assertThat(Files.readAllBytes(file)).isEqualTo(library);
    Files.write(file, new byte[library.length]);
    new JoclLibrary(folder).unpack();
    assertThat(Files.readAllBytes(file)).isEqualTo(library);
  }

  @Test
  void oneThatCannotBeReplacedIsNamed() throws Exception {
    Path file = Files.createDirectory(folder.resolve(JoclLibrary.fileName()));
    assertThatThrownBy(new JoclLibrary(folder)::unpack)
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("is a folder");
  }
}
