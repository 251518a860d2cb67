package dev.tandem.orchestrator.timeline;

/** How closely a timeline looks at devices. Looking costs something: see decision note 030. */
public enum Detail {
  /** When the host called a device and when it came back. */
  HOST,
  /** When the device itself started and ended each run and each transfer. */
  DEVICE,
  /** Every operation of every run as well. */
  OPERATIONS
}
