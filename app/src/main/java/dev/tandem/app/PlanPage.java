package dev.tandem.app;

import dev.tandem.devices.profile.Profile;
import dev.tandem.orchestrator.plan.Plan;

final class PlanPage {
  private PlanPage() {}

  static String of(Profile profile, Plan plan) {
    return profile.name() + plan;
  }
}
