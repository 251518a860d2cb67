/**
 * Compares the program with what diffusers, transformers and torch computed: over the golden data
 * of this project, or any other folder of its layout.
 *
 * <pre>
 *   folder --GoldenFolder.cases--> GoldenCase (once in Java, or once a device) --run--> Check
 *   GoldenMain: a line for each Check; fails if one is over its bound, or there is none
 * </pre>
 *
 * Nothing is skipped: a file, tensor or key that no case knows is a failed check that names it.
 * Everything else (shapes, tags, seeds, step counts) comes from the data.
 */
package dev.tandem.conformance.golden;
