package dev.tandem.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documentation names is there. */
class DocsTest {
  private static final Path ROOT = Path.of(System.getProperty("tandem.root"));
  private static final Path DOCS = ROOT.resolve("docs");
  private static final Path NOTES = DOCS.resolve("decisions");

  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern QUOTED = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)[^)]*\\)");
  private static final Pattern PATH = Pattern.compile("([\\w.-]+)(/[\\w.-]+)+/?");
  private static final Pattern FILE = Pattern.compile("[\\w/.-]+\\.java");
  private static final Pattern PACKAGE = Pattern.compile("dev\\.tandem(\\.\\w+)+");
  private static final Pattern CLASS = Pattern.compile("[A-Z]\\w*[a-z]\\w*(\\.\\w+)*");
  private static final Pattern WORD = Pattern.compile("\\w+");
  private static final Pattern EVENT = Pattern.compile("\"dev\\.tandem\\.\\w+\"");

  /** The sources: their paths, and all words that they consist of, names of events among them. */
  private record Sources(Set<String> paths, Set<String> words) {
    static Sources read() throws IOException {
      Sources all = new Sources(new HashSet<>(), new HashSet<>());
      for (Path module : list(ROOT)) {
        if (Files.isDirectory(module.resolve("src"))) {
          try (Stream<Path> walk = Files.walk(module.resolve("src"))) {
            for (Path f : walk.filter(Sources::counts).toList()) {
              all.paths.add(ROOT.relativize(f).toString());
              String text = Files.readString(f);
              for (Pattern p : List.of(WORD, EVENT)) {
                p.matcher(text).results().forEach(w -> all.words.add(w.group()));
              }
            }
          }
        }
      }
      return all;
    }

    /** This test names what is not there. */
    private static boolean counts(Path file) {
      return file.toString().endsWith(".java") && !file.endsWith("DocsTest.java");
    }

    /** Whether a text in backquotes is no name of ours, or one of what exists. */
    boolean know(String quoted) {
      if (FILE.matcher(quoted).matches()) {
        return paths.stream().anyMatch(p -> ("/" + p).endsWith("/" + quoted));
      }
      if (PACKAGE.matcher(quoted).matches()) {
        return isPackage(quoted) || isClass(quoted);
      }
      if (CLASS.matcher(quoted).matches()) {
        return WORD.matcher(quoted).results().map(MatchResult::group).allMatch(words::contains);
      }
      boolean path = PATH.matcher(quoted).matches();
      return !path || !Files.isDirectory(ROOT.resolve(room(quoted))) || isPath(quoted);
    }

    private boolean isPackage(String name) {
      String folder = "/java/" + name.replace('.', '/') + "/";
      return paths.stream().anyMatch(p -> p.contains(folder));
    }

    /** A class in its package, a member of it, or an event, which has a name of its own. */
    private boolean isClass(String name) {
      int dot = name.lastIndexOf('.');
      String file = "/java/" + name.replace('.', '/') + ".java";
      return words.contains('"' + name + '"')
          || paths.stream().anyMatch(p -> p.endsWith(file))
          || (WORD.matcher(name).results().count() > 3
              && words.contains(name.substring(dot + 1))
              && isClass(name.substring(0, dot)));
    }

    private static String room(String path) {
      return path.substring(0, path.indexOf('/'));
    }

    /** A file or folder, or in short a package of a module: {@code orchestrator/timeline}. */
    private static boolean isPath(String text) {
      String module = room(text);
      return Stream.of("", module + "/src/main/java/dev/tandem/")
          .anyMatch(start -> Files.exists(ROOT.resolve(start + text)));
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<Path> pages(Path folder) throws IOException {
    return list(folder).stream().filter(f -> f.toString().endsWith(".md")).toList();
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(m -> m.group(1)).toList();
  }

  private static List<String> unknown(Sources sources, String text) {
    return found(QUOTED, FENCED.matcher(text).replaceAll("")).stream()
        .filter(name -> !sources.know(name))
        .toList();
  }

  @Test
  void whatIsNamedIsThere() throws IOException {
    Sources sources = Sources.read();
    for (Path page : pages(DOCS)) {
      assertThat(unknown(sources, Files.readString(page))).as(page.toString()).isEmpty();
    }
  }

  @Test
  void aNameOfNothingIsNoticed() throws IOException {
    String wrong =
        "`dev.tandem.nowhere` `dev.tandem.stages.NoSuch` `dev.tandem.graph.Op.NoSuch`"
            + " `NoSuch.java` `docs/none.md` `stages/nowhere` `GraphBuilderz` `Request.withoutSeed`";
    String right =
        "`dev.tandem.stages` `dev.tandem.graph.Op` `graph/Op.java`"
            + " `docs/measuring.md` `stages/sampling` `GraphBuilder` `Request.withSeed` `some text`"
            + " `scheduler/scheduler_config.json` `dev.tandem.graph.Op.Conv2d`";
    Sources sources = Sources.read();
    assertThat(unknown(sources, wrong)).hasSize(8);
    assertThat(unknown(sources, right)).isEmpty();
    assertThat(unknown(sources, "```\n`NoSuch.java`\n```\n")).isEmpty();
  }

  /** In the index by number and title, in the order of the numbers. */
  @Test
  void everyDecisionIsListed() throws IOException {
    List<String> expected = new ArrayList<>();
    for (Path note : pages(NOTES)) {
      if (!note.endsWith("README.md")) {
        String name = note.getFileName().toString();
        String heading = Files.readAllLines(note).getFirst();
        String number = name.substring(0, name.indexOf('-'));
        assertThat(heading).as(name).startsWith("# " + number + " ");
        String title = heading.substring(("# " + number + " ").length());
        expected.add("- [" + number + "](" + name + ") " + title);
      }
    }
    assertThat(Files.readAllLines(NOTES.resolve("README.md")))
        .filteredOn(line -> line.startsWith("- "))
        .isEqualTo(expected);
  }

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    List<Path> all = new ArrayList<>(pages(DOCS));
    all.addAll(pages(NOTES));
    all.addAll(pages(ROOT));
    for (Path page : all) {
      assertThat(found(LINK, Files.readString(page)))
          .as(page.toString())
          .filteredOn(link -> !link.contains(":"))
          .allMatch(link -> Files.exists(page.resolveSibling(link)));
    }
  }
}
