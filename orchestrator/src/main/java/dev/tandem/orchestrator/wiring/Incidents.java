package dev.tandem.orchestrator.wiring;

import dev.tandem.orchestrator.RunReport;
import dev.tandem.orchestrator.engine.Incident;
import java.util.ArrayList;
import java.util.List;

/** What went wrong at devices: the first are kept, all are counted. Any thread. */
public final class Incidents {
  private final List<Incident> first = new ArrayList<>();
  private int count;

  public synchronized void add(Incident incident) {
    count++;
    if (first.size() < RunReport.Incidents.MOST) {
      first.add(incident);
    }
  }

  public synchronized RunReport.Incidents report() {
    return new RunReport.Incidents(first, count);
  }
}
