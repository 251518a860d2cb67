package dev.tandem.conformance.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.orchestrator.execution.PictureEvents;
import dev.tandem.orchestrator.picture.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What the events of one picture told. */
class Story implements PictureEvents {
  private static final List<String> STAGES = List.of("encode", "image", "denoise", "decode");

  private final List<String> told = new ArrayList<>();
  private int steps;

  @Override
  public synchronized void accepted() {
    told.add("accepted");
  }

  @Override
  public synchronized void stage(String stage, String device) {
    told.add(stage);
  }

  @Override
  public synchronized void step(int step, int of, Supplier<Optional<float[]>> preview) {
    told.add("step " + step);
    steps = of;
  }

  @Override
  public synchronized void done(Picture picture) throws Exception {
    told.add("done");
  }

  @Override
  public synchronized void failed(Throwable cause) {
    told.add("failed");
  }

  synchronized List<String> told() {
    return List.copyOf(told);
  }

  /** All of it for a picture that is done; the beginning of it and the end for one that failed. */
  void assertTold(boolean done) {
    List<String> all = told();
    assertThat(all).startsWith("accepted").endsWith(done ? "done" : "failed");
    List<String> middle = withoutLaterParts(all.subList(1, all.size() - 1));
    List<String> whole = new ArrayList<>(STAGES.subList(0, 3));
    long most = done ? steps : middle.stream().filter(s -> s.startsWith("step")).count();
    for (int i = 1; i <= most; i++) {
      whole.add("step " + i);
    }
    whole.add(STAGES.getLast());
    if (done) {
      assertThat(steps).isPositive();
      assertThat(middle).isEqualTo(whole);
    } else {
      assertThat(middle).isEqualTo(whole.subList(0, middle.size()));
    }
  }

  /** Each part of the steps is told as a stage. */
  private static List<String> withoutLaterParts(List<String> stages) {
    List<String> once = new ArrayList<>();
    for (String s : stages) {
      boolean again = s.equals("denoise") && once.contains(s) && !once.contains("decode");
      if (!again) {
        once.add(s);
      }
    }
    return once;
  }
}
