package dev.tandem.orchestrator.memory;

import dev.tandem.devices.Executable.MemoryUse;

/**
 * What one stage takes on a device.
 *
 * @param name for people
 */
public record StageNeed(String name, MemoryUse use) {}
