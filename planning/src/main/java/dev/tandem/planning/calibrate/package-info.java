/**
 * Measures this machine: what the stages of a model and its operations cost on each device, links,
 * how much devices disturb each other, and power. The result is a {@link
 * dev.tandem.devices.profile.Profile}.
 *
 * <p>Everything is the median of repeated runs, and what is compared is measured in turns, so that
 * a machine that slows down meanwhile does so for all.
 */
package dev.tandem.planning.calibrate;
