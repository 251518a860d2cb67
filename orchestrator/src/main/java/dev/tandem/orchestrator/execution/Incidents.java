package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.RunReport;
import java.util.ArrayList;
import java.util.List;

/** What went wrong at devices: the first are kept, all are counted. Any thread. */
final class Incidents {
  private final List<Incident> first = new ArrayList<>();
  private int count;

  synchronized void add(Incident incident) {
    count++;
    if (first.size() < RunReport.Incidents.MOST) {
      first.add(incident);
    }
  }

  synchronized RunReport.Incidents report() {
    return new RunReport.Incidents(first, count);
  }
}
