package dev.tandem.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README says works. */
class ReadmeTest {
  /** What {@code .ci/run} runs. */
  private static final Set<String> RUN_ELSEWHERE =
      Set.of("./test", "./test golden conformance/golden");

  private static Stream<String> blocks(String language) throws Exception {
    String readme = Files.readString(Shell.ROOT.resolve("README.md"));
    Matcher m = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme);
    return m.results().map(r -> r.group(1));
  }

  static List<String> commands() throws Exception {
    return blocks("sh")
        .flatMap(String::lines)
        .filter(line -> !line.isBlank() && !RUN_ELSEWHERE.contains(line))
        .filter(line -> !line.contains("tornado:") || System.getenv("TORNADOVM_HOME") != null)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandWorks(String command, @TempDir Path folder) throws Exception {
    String here =
        command
            .replace("./tandem", Shell.ROOT + "/tandem")
            .replace("--model models/", "--model " + Shell.ROOT + "/models/");
    Shell.Result r =
        Shell.run(
            "bash -c 'cd \"$1\" && eval \"$2\"' - '"
                + folder
                + "' '"
                + here.replace("'", "'\\''")
                + "'");
    assertThat(r.exitCode()).as(r.err()).isZero();
    if (command.contains("generate")) {
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.filter(f -> f.toString().endsWith(".png"))).isNotEmpty();
      }
    }
  }

  static List<String> programs() throws Exception {
    return blocks("java").toList();
  }

  /** Each prints the size of a picture. */
  @ParameterizedTest
  @MethodSource("programs")
  void everyJavaExampleCompilesAndRuns(String source, @TempDir Path folder) throws Exception {
    Matcher m = Pattern.compile("public class (\\w+)").matcher(source);
    assertThat(m.find()).isTrue();
    String name = m.group(1);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String classPath = System.getProperty("java.class.path");
    var unit =
        new SimpleJavaFileObject(
            URI.create("mem:///" + name + ".java"), javax.tools.JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignore) {
            return source;
          }
        };
    List<String> options = List.of("-d", folder.toString(), "-cp", classPath);
    assertThat(compiler.getTask(null, null, null, options, null, List.of(unit)).call()).isTrue();
    Shell.Result r =
        Shell.run(
            Path.of(System.getProperty("java.home"), "bin", "java")
                + " --enable-native-access=ALL-UNNAMED -cp '"
                + folder
                + ":"
                + classPath
                + "' "
                + name);
    assertThat(r.out()).as(r.err()).isEqualTo("128 x 128\n");
  }
}
