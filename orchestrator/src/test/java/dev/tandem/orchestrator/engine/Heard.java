package dev.tandem.orchestrator.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Remembers every end of a task in the order it was told. */
class Heard implements Completion<TestStage.Numbered> {
  final List<Integer> all = Collections.synchronizedList(new ArrayList<>());
  final List<Integer> failed = Collections.synchronizedList(new ArrayList<>());
  final List<Throwable> causes = Collections.synchronizedList(new ArrayList<>());

  @Override
  public void completed(TestStage.Numbered task) {
    all.add(task.index());
  }

  @Override
  public void failed(TestStage.Numbered task, Throwable cause) {
    all.add(task.index());
    failed.add(task.index());
    causes.add(cause);
  }
}
