package dev.tandem.orchestrator.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {

  @Test
  void whatIsUsualIsShort() {
    assertThat(
            PlacementJson.parse(
                "{'lanes':[{'text':'a','denoise':'b','decode':'c'}]}".replace('\'', '"')))
        .isEqualTo(Placement.of("a", "b", "c"));
  }

  @Test
  void aByteOrderMarkIsNoPartOfAFile(@TempDir Path folder) throws Exception {
    Placement all = Placement.of("a", "a", "a");
    Path file = folder.resolve("p.json");
    PlacementJson.write(all, file);
    Files.writeString(file, "\uFEFF" + Files.readString(file));
    assertThat(PlacementJson.read(file)).isEqualTo(all);
  }

  @Test
  void readsEverything() {
    Placement p =
        PlacementJson.parse(
            """
            {"lanes": [
              {"share": 2.5, "text": ["a", "b"], "decode": "b",
               "denoise": [{"steps": 3, "device": "a"},
                           {"steps": "12.5%", "device": "b"},
                           {"device": "a", "unconditional": "b"}]},
              {"text": "c", "denoise": "c", "decode": "c"}],
             "ringDepth": 3, "order": "finished"}
            """);
    Lane first =
        new Lane(
            2.5,
            List.of("a", "b"),
            List.of(
                DenoisePart.of(3, "a"),
                new DenoisePart(new Steps.Percent(12.5), "b", java.util.Optional.empty()),
                DenoisePart.split("a", "b")),
            List.of("b"));
    assertThat(p)
        .isEqualTo(new Placement(List.of(first, Lane.of("c", "c", "c")), 3, Order.FINISHED));
    assertThat(p.devices()).containsExactly("a", "b", "c");
  }

  @Test
  void picturesToBeginWithAreEncodedWherePicturesAreDecodedUnlessItIsSaid() {
    String usual = "{'lanes':[{'text':'a','denoise':'b','decode':['c','a']}]}";
    Lane lane = PlacementJson.parse(usual.replace('\'', '"')).lanes().getFirst();
    assertThat(lane.image()).containsExactly("c", "a");
    String said = "{'lanes':[{'text':'a','denoise':'b','decode':'c','image':['d','b']}]}";
    Placement placement = PlacementJson.parse(said.replace('\'', '"'));
    assertThat(placement.lanes().getFirst().image()).containsExactly("d", "b");
    assertThat(placement.lanes().getFirst().devices("image")).containsExactly("d", "b");
    assertThat(placement.devices()).containsExactly("a", "b", "c", "d");
    assertThat(PlacementJson.format(placement)).contains("\"image\" : [ \"d\", \"b\" ]");
    assertThat(PlacementJson.format(Placement.on("a"))).doesNotContain("image");
  }

  @Property(tries = 200)
  void whatIsWrittenIsRead(@ForAll("placements") Placement placement) {
    assertThat(PlacementJson.parse(PlacementJson.format(placement))).isEqualTo(placement);
  }

  @Property(tries = 200)
  void everyStepBelongsToOnePart(
      @ForAll("lanes") Lane lane, @ForAll @IntRange(min = 1, max = 60) int total) {
    List<Integer> steps = lane.stepsOfParts(total);
    assertThat(steps).hasSameSizeAs(lane.denoise()).allMatch(n -> n >= 0);
    assertThat(steps.stream().mapToInt(n -> n).sum()).isEqualTo(total);
  }

  @Test
  void stepsAreCountedFromTheFirstPart() {
    Lane lane =
        new Lane(
            1,
            List.of("a"),
            List.of(
                DenoisePart.of(4, "a"),
                new DenoisePart(new Steps.Percent(50), "b", java.util.Optional.empty()),
                DenoisePart.on("a")),
            List.of("a"));
    assertThat(lane.stepsOfParts(10)).containsExactly(4, 5, 1);
    assertThat(lane.stepsOfParts(5)).containsExactly(4, 1, 0);
    assertThat(lane.stepsOfParts(3)).containsExactly(3, 0, 0);
  }

  @Provide
  Arbitrary<Placement> placements() {
    return Combinators.combine(
            lanes().list().ofMinSize(1).ofMaxSize(3),
            Arbitraries.integers().between(0, Placement.MOST_DEPTH),
            Arbitraries.of(Order.values()))
        .as(Placement::new)
        // A single lane has nothing to share with, so its share is not written.
        .map(
            p ->
                p.lanes().size() > 1
                    ? p
                    : new Placement(
                        List.of(p.lanes().getFirst().withShare(1)), p.ringDepth(), p.order()));
  }

  @Provide
  Arbitrary<Lane> lanes() {
    Arbitrary<String> device = Arbitraries.of("cpu", "cpu:a,threads=1", "opencl:0.0", "sim:x");
    Arbitrary<Steps> steps =
        Arbitraries.oneOf(
            Arbitraries.integers().between(1, 20).map(Steps.Count::new),
            Arbitraries.integers().between(1, 199).map(half -> new Steps.Percent(half / 2.0)));
    Arbitrary<DenoisePart> part =
        Combinators.combine(steps, device, device.optional())
            .as((s, d, o) -> new DenoisePart(s, d, o.filter(x -> !x.equals(d))));
    return Combinators.combine(
            Arbitraries.integers().between(1, 4000).map(n -> n / 1000.0),
            device.list().uniqueElements().ofMinSize(1).ofMaxSize(3),
            part.list().ofMaxSize(3),
            device,
            device.list().uniqueElements().ofMinSize(1).ofMaxSize(3),
            device.list().uniqueElements().ofMinSize(1).ofMaxSize(3).optional())
        .as(
            (share, text, parts, last, decode, image) -> {
              List<DenoisePart> all = new java.util.ArrayList<>(parts);
              all.add(DenoisePart.on(last));
              return new Lane(share, text, all, decode, image.orElse(decode));
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {                                       | line 1
          []                                      | the file is []
          {"lane": []}                            | unknown field 'lane'
          {"order": "prompt"}                     | lacks the field 'lanes'
          {"lanes": []}                           | lanes is []: it needs at least one lane
          {"lanes": 3}                            | lanes is 3: it must be a list
          {"lanes": [7]}                          | lanes[0] is 7: it must be an object
          {"lanes": [$], "order": "any"}          | order is 'any': it must be 'prompt' or 'finished'
          {"lanes": [$], "ringDepth": 0}          | ringDepth is 0: it must be a whole number from 1
          {"lanes": [$], "ringDepth": 65}         | ringDepth is 65: it must be 1 to 64
          {"lanes": [$, {"text": "a"}]}           | lanes[1] lacks the field 'decode'
          {"lanes": [{"text": "", "denoise": "a", "decode": "a"}]} | lanes[0].text is ''
          {"lanes": [{"text": ["a", 5], "denoise": "a", "decode": "a"}]} | lanes[0].text[1] is 5
          {"lanes": [{"text": "a", "denoise": "a", "decode": []}]} | lanes[0].decode is []
          {"lanes": [{"text": "a", "denoise": "a", "decode": ["b", "b"]}]} | names a device twice
          {"lanes": [{"text": "a", "denoise": "a", "decode": "a", "image": []}]} | lanes[0].image is []
          {"lanes": [{"text": "a", "denoise": "a", "decode": "a", "image": ["b", 5]}]} | lanes[0].image[1] is 5
          {"lanes": [{"text": "a", "denoise": "a", "decode": "a", "image": ["b", "b"]}]} | image is [b, b]: it names a device twice
          {"lanes": [{"text": "a", "denoise": "a", "decode": "a", "image": " "}]} | lanes[0].image is ' '
          {"lanes": [{"text": "a", "denoise": "a", "decode": "a", "images": "a"}]} | unknown field 'images'
          {"lanes": [{"text": "a", "denoise": [], "decode": "a"}]} | lanes[0].denoise is []
          {"lanes": [{"share": -1, "text": "a", "denoise": "a", "decode": "a"}]} | lanes[0].share is -1.0
          {"lanes": [{"share": "x", "text": "a", "denoise": "a", "decode": "a"}]} | lanes[0].share is "x"
          {"lanes": [{"text": "a", "denoise": [{"steps": 0, "device": "a"}], "decode": "a"}]} | lanes[0].denoise[0].steps is 0: it must be at least 1
          {"lanes": [{"text": "a", "denoise": [{"steps": "half", "device": "a"}], "decode": "a"}]} | denoise[0].steps is "half": it must be a number
          {"lanes": [{"text": "a", "denoise": [{"steps": "100%", "device": "a"}], "decode": "a"}]} | below 100%
          {"lanes": [{"text": "a", "denoise": [{"steps": 4, "device": "a"}], "decode": "a"}]} | lanes[0].denoise[0].steps is 4: the last part must take the "rest"
          {"lanes": [{"text": "a", "denoise": [{"device": "a"}, {"device": "b"}], "decode": "a"}]} | denoise[0].steps is rest: only the last
          {"lanes": [{"text": "a", "denoise": [{"device": "a", "unconditional": "a"}], "decode": "a"}]} | the same as denoise.device
          """)
  void aMistakeNamesFieldAndValue(String json, String message) {
    String full = json.replace("$", "{\"text\": \"a\", \"denoise\": \"a\", \"decode\": \"a\"}");
    assertThatThrownBy(() -> PlacementJson.parse(full))
        .isInstanceOf(PlacementException.class)
        .hasMessageContaining(message);
  }

  @Test
  void filesAreNamedInErrors(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("p.json");
    assertThatThrownBy(() -> PlacementJson.read(file))
        .hasMessageContaining("p.json': no such file");
    Files.writeString(file, "{\"lanes\": 1}");
    assertThatThrownBy(() -> PlacementJson.read(file)).hasMessageContaining("p.json': lanes is 1");
    PlacementJson.write(Placement.on("cpu"), file);
    assertThat(PlacementJson.read(file)).isEqualTo(Placement.on("cpu"));
    assertThat(folder.toFile().list()).containsExactly("p.json");
  }
}
