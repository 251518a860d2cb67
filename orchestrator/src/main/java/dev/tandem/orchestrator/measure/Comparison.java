package dev.tandem.orchestrator.measure;

import dev.tandem.orchestrator.picture.Picture;
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
   * The rounds of one contestant.
   *
   * @param pictures of the first round, in order
   */
  public record Result(Contestant contestant, List<Round> rounds, List<Picture> pictures) {
    public Result {
      rounds = List.copyOf(rounds);
      pictures = List.copyOf(pictures);
    }
  }

  /** The figures of every contestant, in the order of the results. */
  public List<Figures> figures() {
    return results.stream().map(r -> Figures.of(this, r)).toList();
  }
}
