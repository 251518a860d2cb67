package dev.tandem.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Packages do not need each other in a circle, in no module. */
@AnalyzeClasses(locations = Rooms.class, importOptions = DoNotIncludeTests.class)
class PackageCirclesTest {
  private static final String ROOT = "dev.tandem.";

  private static final List<String> MODULES =
      List.of(
          "graph",
          "devices",
          "kernels.cpu",
          "kernels.opencl",
          "stages",
          "orchestrator",
          "planning",
          "lab",
          "app");

  @ArchTest
  static void everyModuleIsLookedAt(JavaClasses all) {
    Set<String> seen = packages(all).keySet();
    assertThat(MODULES).allMatch(m -> seen.stream().anyMatch(p -> within(p, ROOT + m)));
    assertThat(seen).contains(ROOT + "kernels.opencl.tuning", ROOT + "devices.cases");
  }

  @ArchTest
  static void noPackageNeedsOneThatNeedsIt(JavaClasses all) {
    assertThat(circles(packages(all))).as("packages that need each other").isEmpty();
  }

  @ArchTest
  static void aCircleIsSeen(JavaClasses all) {
    assertThat(
            circles(
                Map.of(
                    "a", Set.of("b"), "b", Set.of("c"), "c", Set.of("a", "d"), "d", Set.of("e"))))
        .containsExactly(Set.of("a", "b", "c"));
    Map<String, Set<String>> packages = packages(all);
    assertThat(packages.get(ROOT + "kernels.opencl")).contains(ROOT + "kernels.opencl.tuning");
    packages.get(ROOT + "kernels.opencl.tuning").add(ROOT + "kernels.opencl");
    assertThat(circles(packages))
        .contains(Set.of(ROOT + "kernels.opencl", ROOT + "kernels.opencl.tuning"));
  }

  private static boolean within(String name, String module) {
    return name.equals(module) || name.startsWith(module + ".");
  }

  /** Which package needs which other ones. */
  private static Map<String, Set<String>> packages(JavaClasses all) {
    Map<String, Set<String>> needs = new TreeMap<>();
    for (JavaClass c : all) {
      Set<String> of = needs.computeIfAbsent(c.getPackageName(), _ -> new TreeSet<>());
      c.getDirectDependenciesFromSelf().stream()
          .map(Dependency::getTargetClass)
          .map(PackageCirclesTest::packageOf)
          .filter(p -> p.startsWith(ROOT) && !p.equals(c.getPackageName()))
          .forEach(of::add);
    }
    return needs;
  }

  private static String packageOf(JavaClass c) {
    return c.getBaseComponentType().getPackageName();
  }

  /** The largest sets of packages that all need each other, if only through others of the set. */
  private static Set<Set<String>> circles(Map<String, Set<String>> needs) {
    Map<String, Set<String>> reached = new TreeMap<>();
    needs.keySet().forEach(p -> reached.put(p, reach(p, needs)));
    return needs.keySet().stream()
        .map(
            p ->
                reached.get(p).stream()
                    .filter(q -> reached.getOrDefault(q, Set.of()).contains(p))
                    .collect(Collectors.toSet()))
        .filter(circle -> circle.size() > 1)
        .collect(Collectors.toSet());
  }

  private static Set<String> reach(String start, Map<String, Set<String>> needs) {
    Set<String> seen = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(needs.getOrDefault(start, Set.of()));
    while (!open.isEmpty()) {
      String p = open.pop();
      if (seen.add(p)) {
        open.addAll(needs.getOrDefault(p, Set.of()));
      }
    }
    return seen;
  }
}
