package dev.tandem.app;

import dev.tandem.orchestrator.request.Request;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/**
 * Each prompt some times, with seeds that count up. A request is made when it is asked for, so a
 * million of them need no memory.
 */
final class Series extends AbstractList<Request> implements RandomAccess {
  private final Request like;
  private final List<String> prompts;
  private final int count;
  private final long firstSeed;

  /**
   * A series.
   *
   * @param like all but prompt and seed of every request
   * @param count pictures of each prompt
   * @throws UsageException if they are more than can be numbered
   */
  Series(Request like, List<String> prompts, int count, long firstSeed) {
    if ((long) prompts.size() * count > Integer.MAX_VALUE) {
      throw new UsageException(
          prompts.size()
              + " prompts with --count "
              + count
              + " are more than "
              + Integer.MAX_VALUE
              + " pictures");
    }
    this.like = like;
    this.prompts = List.copyOf(prompts);
    this.count = count;
    this.firstSeed = firstSeed;
  }

  @Override
  public Request get(int index) {
    return like.withPrompt(prompts.get(index / count)).withSeed(firstSeed + index);
  }

  @Override
  public int size() {
    return prompts.size() * count;
  }
}
