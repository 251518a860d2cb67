package dev.tandem.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every kernel in Oclgrind's simulator, which reports accesses beyond a buffer, data races,
 * uninitialised values that matter, and wrong calls of the API. The loader of OpenCL drivers reads
 * its variables when it starts, so each run is a process of its own. Oclgrind must be installed.
 */
class OclgrindTest {
  private static final Pattern ENTRY = Pattern.compile("__kernel[^{;]*?\\bvoid\\s+(\\w+)\\s*\\(");
  private static final Pattern EXECUTED =
      Pattern.compile("Instructions executed for kernel '(\\w+)'");

  @TempDir Path folder;

  /** What a run printed and what Oclgrind found. */
  private record Run(List<String> lines, String log, Set<String> executed) {
    Set<String> launched() {
      return lines.stream()
          .filter(l -> l.startsWith("kernel "))
          .map(l -> l.split(" ", -1)[1])
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void everyKernelIsClean() throws Exception {
    Set<String> launched = new TreeSet<>();
    for (String family : List.of("cpu", "gpu")) {
      Run run = run("table", family);
      assertThat(run.lines()).contains("platform Oclgrind").noneMatch(l -> l.startsWith("failed"));
      assertThat(run.log()).isEmpty();
      launched.addAll(run.launched());
    }
    assertThat(launched).isEqualTo(entries());
  }

  @ParameterizedTest
  @ValueSource(strings = {"race", "overrun", "uninitialized"})
  void plantedFaultsAreFound(String fault) throws Exception {
    Run run = run("planted", fault);
    assertThat(run.lines()).contains("platform Oclgrind", "kernel planted/" + fault + " 1");
    assertThat(run.executed()).containsExactly(fault);
    assertThat(run.log())
        .contains("Kernel: " + fault)
        .containsPattern(
            switch (fault) {
              case "race" -> "data race at local memory";
              case "overrun" -> "Invalid write of size 4 at global memory";
              default -> "(?i)uninitialized value";
            });
  }

  @Test
  void everyKernelFileIsLookedAt() throws IOException {
    assertThat(entries()).contains("gemm_panel/gemm", "gemm_tile/gemm", "rows/softmax");
  }

  /**
   * {@code file/entry} of every kernel that an operation may run; {@code probe.cl} only measures.
   */
  private static Set<String> entries() throws IOException {
    Set<String> entries = new TreeSet<>();
    Path sources =
        Path.of(System.getProperty("tandem.root"), "kernels-opencl/src/main/resources")
            .resolve(OclgrindTest.class.getPackageName().replace('.', '/'));
    try (Stream<Path> files = Files.list(sources)) {
      for (Path p : files.filter(OclgrindTest::computes).toList()) {
        String file = p.getFileName().toString().replace(".cl", "");
        Matcher m = ENTRY.matcher(Files.readString(p));
        while (m.find()) {
          entries.add(file + "/" + m.group(1));
        }
      }
    }
    return entries;
  }

  private static boolean computes(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".cl") && !name.equals("probe.cl");
  }

  private Run run(String... args) throws IOException, InterruptedException {
    Path log = folder.resolve("oclgrind.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    command.add("-XX:ActiveProcessorCount=1"); // Oclgrind bears no calls of several threads
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(OclgrindMain.class.getName());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(variables(log));
    if (args[0].equals("planted")) {
      // Oclgrind's own word that it ran the kernel; over many kernels its counter breaks its heap.
      builder.environment().put("OCLGRIND_INST_COUNTS", "1");
    }
    Process p = builder.redirectErrorStream(true).start();
    String text;
    try (InputStream out = p.getInputStream()) {
      text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(p.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(p.exitValue()).as(text).isZero();
    Set<String> executed = new TreeSet<>();
    Matcher m = EXECUTED.matcher(text);
    while (m.find()) {
      executed.add(m.group(1));
    }
    return new Run(text.lines().toList(), Files.readString(log), executed);
  }

  /**
   * Without optimisation: the checker of uninitialised values knows no {@code freeze}, which the
   * optimiser makes of branches.
   */
  private static Map<String, String> variables(Path log) {
    File driver = new File("/usr/lib/oclgrind/liboclgrind-rt-icd.so");
    assertThat(driver).as("Oclgrind must be installed: apt install oclgrind").exists();
    return Map.of(
        "OCL_ICD_VENDORS", driver.toString(),
        "OCLGRIND_LOG", log.toString(),
        "OCLGRIND_CHECK_API", "1",
        "OCLGRIND_DATA_RACES", "1",
        "OCLGRIND_UNINITIALIZED", "1",
        "OCLGRIND_NUM_THREADS", "1",
        "OCLGRIND_BUILD_OPTIONS", "-cl-opt-disable");
  }
}
