/**
 * The lab: how much time a solver, a number of steps or a distilled model saves, and what it costs
 * in quality.
 *
 * <pre>
 *   LabPlan (settings x prompts and seeds) --LabRun--> LabStore (a result for each picture)
 *   LabStore + Judge --LabReport--> rows with intervals, comparisons --> LabFiles, LabPage
 * </pre>
 *
 * Every setting draws the same prompts from the same seeds, so differences are paired.
 */
package dev.tandem.lab;
