package dev.tandem.planning.simulate;

import java.util.Map;

/** Costs of an invented machine: each unit of work takes its time times the device's factor. */
record FixedCosts(
    Map<Work, Double> ns, Map<String, Double> factors, double host, double output, double slowdown)
    implements SimulationCosts {

  static FixedCosts of(double text, double step, double half, double decode) {
    return new FixedCosts(
        Map.of(Work.TEXT, text, Work.STEP, step, Work.HALF_STEP, half, Work.DECODE, decode),
        Map.of(),
        0,
        0,
        1);
  }

  FixedCosts withFactor(String device, double factor) {
    Map<String, Double> all = new java.util.HashMap<>(factors);
    all.put(device, factor);
    return new FixedCosts(ns, all, host, output, slowdown);
  }

  FixedCosts withHost(double value) {
    return new FixedCosts(ns, factors, value, output, slowdown);
  }

  FixedCosts withOutput(double value) {
    return new FixedCosts(ns, factors, host, value, slowdown);
  }

  FixedCosts withSlowdown(double value) {
    return new FixedCosts(ns, factors, host, output, value);
  }

  @Override
  public double deviceNs(Work work, String device) {
    return ns.get(work) * factors.getOrDefault(device, 1.0);
  }

  @Override
  public double hostNs(Work work, String device) {
    return host;
  }

  @Override
  public double outputNs() {
    return output;
  }

  @Override
  public double slowdown(String device, Work work, String other, Work otherWork) {
    return slowdown;
  }

  @Override
  public long bytes(Work work, String device) {
    return switch (work) {
      case TEXT -> 10;
      case STEP -> 20;
      case HALF_STEP -> 30;
      case DECODE -> 40;
      case IMAGE -> 50;
    };
  }

  @Override
  public long memoryBytes(String device) {
    return 100;
  }
}
