/**
 * Ways to split a job over devices. Each is a small class that makes a {@link
 * dev.tandem.orchestrator.placement.Placement} from the costs of the job's work; {@link
 * dev.tandem.planning.strategy.Strategies} lists them.
 */
package dev.tandem.planning.strategy;
