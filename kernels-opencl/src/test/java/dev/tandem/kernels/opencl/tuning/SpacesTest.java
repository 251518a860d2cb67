package dev.tandem.kernels.opencl.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpacesTest {
  private static final Limits GPU = new Limits(32 << 10, 256, false, 1);
  private static final Limits AVX2 = new Limits(32 << 10, 4096, true, 8);
  private static final Limits AVX512 = new Limits(256 << 10, 4096, true, 16);

  static List<Space> spaces() {
    return Spaces.all();
  }

  private static JsonNode table() throws IOException {
    try (InputStream in =
        SpacesTest.class.getResourceAsStream("/dev/tandem/kernels/opencl/tunables.json")) {
      return new ObjectMapper().readTree(in).path("tunables");
    }
  }

  /** Who adds a tunable to a kernel must say what the tuner may do with it. */
  @Test
  void everyKernelOfTheTableHasASpaceAndNoSpaceNamesWhatTheTableLacks() throws IOException {
    Map<String, Set<String>> names = new TreeMap<>();
    for (JsonNode e : table()) {
      Set<String> here = names.computeIfAbsent(e.path("kernel").asText(), _ -> new TreeSet<>());
      e.path("values").fieldNames().forEachRemaining(here::add);
    }
    names.forEach(
        (kernel, inTable) -> {
          Space s =
              Spaces.of(kernel).orElseThrow(() -> new AssertionError("no space for " + kernel));
          assertThat(inTable)
              .as(kernel)
              .containsAll(s.parameters().stream().map(Parameter::name).toList());
        });
    assertThat(names.keySet())
        .containsExactlyInAnyOrderElementsOf(Spaces.all().stream().map(Space::kernel).toList());
  }

  @Test
  void everyTunableOfTheTableIsSearchedOrKnownToBeNoMatterOfSearch() throws IOException {
    Set<String> fixed = Set.of("MAX_MIB", "MAX_WEIGHT_MIB"); // limits of memory
    for (JsonNode e : table()) {
      Space s = Spaces.of(e.path("kernel").asText()).orElseThrow();
      Set<String> left = new TreeSet<>();
      e.path("values").fieldNames().forEachRemaining(left::add);
      s.parameters().forEach(p -> left.remove(p.name()));
      left.removeAll(fixed);
      assertThat(left).as(s.kernel()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("spaces")
  void someDeviceHasAChoiceAndNoCandidateBreaksAConstraint(Space s) {
    List<Map<String, Integer>> all = new ArrayList<>();
    for (Limits l : List.of(GPU, AVX2, AVX512)) {
      List<Map<String, Integer>> here = s.candidates(l);
      all.addAll(here);
      assertThat(here).doesNotHaveDuplicates().allMatch(c -> s.allows(c, l));
      for (Map<String, Integer> c : here) {
        assertThat(s.neighbours(c, l)).allMatch(n -> differences(n, c) == 1 && here.contains(n));
      }
    }
    assertThat(all).hasSizeGreaterThan(3);
  }

  private static int differences(Map<String, Integer> a, Map<String, Integer> b) {
    return (int) a.keySet().stream().filter(k -> !a.get(k).equals(b.get(k))).count();
  }

  @Test
  void constraintsKeepWhatDoesNotFit() {
    Space tile = Spaces.of("gemm_tile").orElseThrow();
    Map<String, Integer> large =
        new TreeMap<>(Map.of("VEC", 1, "LN", 32, "LM", 16, "WM", 4, "WN", 4, "TK", 16, "LOAD", 4));
    assertThat(tile.allows(large, GPU)).as("512 work-items of 256").isFalse();
    large.put("LM", 8);
    assertThat(tile.allows(large, GPU)).isTrue();
    assertThat(tile.allows(large, new Limits(4 << 10, 256, false, 1))).as("4 KiB").isFalse();
    Space panel = Spaces.of("gemm_panel").orElseThrow();
    Map<String, Integer> wide = Map.of("VEC", 16, "NV", 2, "MR", 12, "CHUNK_KIB", 64);
    assertThat(panel.allows(wide, AVX512)).isTrue();
    assertThat(panel.allows(wide, AVX2)).as("48 registers of 16").isFalse();
  }

  @Test
  void aCoveringSetIsSmallAndHasEveryPair() {
    for (Space s : Spaces.all()) {
      List<Map<String, Integer>> all = s.candidates(GPU);
      List<Map<String, Integer>> few = Covering.pairs(all);
      assertThat(all).containsAll(few);
      assertThat(pairs(few)).as(s.kernel()).isEqualTo(pairs(all));
      if (all.size() > 60) {
        assertThat(few).hasSizeLessThan(all.size() / 3);
      }
    }
  }

  private static Set<String> pairs(List<Map<String, Integer>> all) {
    Set<String> pairs = new HashSet<>();
    for (Map<String, Integer> c : all) {
      c.forEach((a, x) -> c.forEach((b, y) -> pairs.add(a + x + " " + b + y)));
    }
    return pairs;
  }

  @Test
  void aSmallSpaceIsWalkedWholeAndOnce() {
    Space s = Spaces.of("elementwise").orElseThrow();
    List<Map<String, Integer>> all = s.candidates(GPU);
    Search search = new Search(s, GPU, all, all.getFirst(), List.of(), 1);
    assertThat(walk(search, all.size() + 5, c -> 1))
        .hasSize(all.size() - 1)
        .doesNotHaveDuplicates();
  }

  @Test
  void hintsComeFirst() {
    Space s = Spaces.of("gemm_tile").orElseThrow();
    List<Map<String, Integer>> all = s.candidates(GPU);
    List<Map<String, Integer>> hints =
        List.of(all.get(5), Map.of("VEC", 3), all.getFirst(), all.get(9));
    Search search = new Search(s, GPU, all, all.getFirst(), hints, 1);
    assertThat(walk(search, 2, c -> 1)).containsExactly(all.get(5), all.get(9));
  }

  /** A bowl: from anywhere, neighbours lead down to its one lowest point. */
  @Test
  void aLargeSpaceIsClimbedFromRandomStarts() {
    Space s = Spaces.of("gemm_tile").orElseThrow();
    List<Map<String, Integer>> all = s.candidates(GPU);
    Map<String, Integer> lowest = all.get(all.size() / 3);
    int tries = 0;
    for (int seed = 0; seed < 20; seed++) {
      Search search = new Search(s, GPU, all, all.getLast(), List.of(), seed);
      List<Map<String, Integer>> walked = walk(search, all.size(), c -> distance(s, c, lowest));
      tries += walked.indexOf(lowest) + 1;
    }
    assertThat(tries / 20).as("tries until the best of %s", all.size()).isLessThan(all.size() / 3);
  }

  private static double distance(Space s, Map<String, Integer> a, Map<String, Integer> b) {
    return s.parameters().stream()
        .mapToDouble(
            p ->
                Math.abs(p.values().indexOf(a.get(p.name())) - p.values().indexOf(b.get(p.name()))))
        .sum();
  }

  private static List<Map<String, Integer>> walk(
      Search search, int most, java.util.function.ToDoubleFunction<Map<String, Integer>> time) {
    List<Map<String, Integer>> walked = new ArrayList<>();
    double best = Double.MAX_VALUE;
    Optional<Map<String, Integer>> next = search.next();
    while (next.isPresent() && walked.size() < most) {
      walked.add(next.get());
      if (time.applyAsDouble(next.get()) < best) {
        best = time.applyAsDouble(next.get());
        search.better(next.get());
      }
      next = search.next();
    }
    return walked;
  }
}
