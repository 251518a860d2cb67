package dev.tandem.orchestrator.compare;

import dev.tandem.orchestrator.placement.Job;
import java.util.List;

/**
 * What a comparison measured.
 *
 * @param job what was made by each contestant in each round
 * @param solo what work took alone, for each round
 * @param results of the contestants, the sequential loop first
 */
public record Comparison(Job job, List<SoloCosts> solo, List<Result> results) {
  public Comparison {
    solo = List.copyOf(solo);
    results = List.copyOf(results);
  }

  /**
   * The rounds of one contestant, at least one.
   *
   * @param sample of the first round's pictures
   */
  public record Result(Contestant contestant, List<Round> rounds, Sample sample) {
    /** Of so many rounds spans are kept, to be drawn. */
    public static final int DRAWN_ROUNDS = 9;

    public Result {
      rounds = List.copyOf(rounds);
    }

    /** The rounds whose spans are kept. */
    public List<Round> drawn() {
      return rounds.subList(0, Math.min(DRAWN_ROUNDS, rounds.size()));
    }
  }

  /** The figures of every contestant, in the order of the results. */
  public List<Figures> figures() {
    return results.stream().map(r -> Figures.of(this, r)).toList();
  }
}
