package dev.tandem.stages;

import dev.tandem.devices.Executable;
import dev.tandem.stages.vae.BandProgram;
import dev.tandem.stages.vae.BandStep;
import dev.tandem.stages.vae.ChannelNorm;
import dev.tandem.stages.vae.FeatureMap;
import dev.tandem.stages.vae.Vae;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the bands of one picture. What it compiles is closed when its step is over, for memory is
 * what is short: a device holds one step at a time.
 */
final class BandDecoder implements AutoCloseable {
  private final BandProgram program;
  private final CompiledPart part;
  private final int most;
  private final Runner runner;
  private final Map<String, FeatureMap> maps = new HashMap<>();
  private final Map<String, Arena> arenas = new HashMap<>();
  private final Map<String, Long> bytes = new HashMap<>();
  private int runs;

  /** Decodes nothing yet; {@code most} rows make a band. */
  BandDecoder(BandProgram program, CompiledPart part, int most, Runner runner) {
    this.program = program;
    this.part = part;
    this.most = most;
    this.runner = runner;
  }

  /** The decoder's picture of scaled latents, in -1..1. */
  float[] decode(float[] latents) {
    BandStep.Size size = program.size();
    part.piece(
        new CompiledPart.Piece("head", List.of(size.height(), size.width()), program::head),
        head -> {
          head.input(Vae.LATENTS).set(latents);
          runner.run(head, runs++);
          make(program.first(), size).write(head.output(BandStep.RESULT), 0, 0, size.height());
        });
    program.steps().forEach(this::step);
    return map(Vae.IMAGE).toFloats();
  }

  private void step(BandStep s) {
    FeatureMap from = map(s.from());
    Optional<ChannelNorm> norm =
        s.in()
            .norm()
            .map(n -> from.norm(n.groups(), n.eps(), weight(n, "weight"), weight(n, "bias")));
    Optional<FeatureMap> addend = s.addend().map(this::map);
    Optional<Arena> read = Optional.empty();
    long more = 0;
    FeatureMap to;
    if (s.ontoAddend()) {
      to = map(s.to());
    } else if (s.inPlace()) {
      to = from.narrowed(s.shape().channels());
      maps.put(s.to(), to);
    } else {
      if (s.from().equals(s.to())) {
        read = Optional.ofNullable(arenas.remove(s.to()));
        more = bytes.get(s.to());
      }
      to = make(s.to(), s.shape());
    }
    count(more);
    int rows = s.rows(most);
    part.piece(
        new CompiledPart.Piece(s.name(), List.of(rows, s.shape().width()), () -> s.graph(rows)),
        executable -> bands(s, executable, from, norm, addend, to));
    read.ifPresent(Arena::close);
    count(0);
  }

  /** All bands have one shape: the last begins before the one before it ends. */
  private void bands(
      BandStep s,
      Executable executable,
      FeatureMap from,
      Optional<ChannelNorm> norm,
      Optional<FeatureMap> addend,
      FeatureMap to) {
    int rows = s.rows(most);
    int height = s.shape().height();
    for (int done = 0; done < height; done += rows) {
      int first = Math.min(done, height - rows);
      from.read(executable.input(BandStep.ROWS), first - s.halo(), s.in().scale(), norm);
      addend.ifPresent(a -> a.read(executable.input(BandStep.ADDEND), first, 1, Optional.empty()));
      runner.run(executable, runs++);
      to.write(executable.output(BandStep.RESULT), done - first, done, rows - (done - first));
    }
  }

  private float[] weight(BandStep.Norm n, String name) {
    return part.weight(n.prefix() + "." + name).toFloats();
  }

  private FeatureMap map(String name) {
    FeatureMap map = maps.get(name);
    if (map == null) {
      throw new IllegalStateException("no map '" + name + "', only " + maps.keySet());
    }
    return map;
  }

  /** A new map; the one of that name before is let go. */
  @SuppressWarnings("MustBeClosedChecker") // closed with the map
  private FeatureMap make(String name, BandStep.Size size) {
    maps.remove(name);
    Optional.ofNullable(arenas.remove(name)).ifPresent(Arena::close);
    Arena arena = Arena.ofConfined();
    arenas.put(name, arena);
    FeatureMap made = FeatureMap.allocate(arena, size.height(), size.width(), size.channels());
    maps.put(name, made);
    bytes.put(name, size.bytes());
    return made;
  }

  private void count(long more) {
    part.beside(more + bytes.values().stream().mapToLong(Long::longValue).sum());
  }

  /** Lets all maps go. */
  @Override
  public void close() {
    arenas.values().forEach(Arena::close);
    arenas.clear();
    maps.clear();
    part.beside(0);
  }
}
