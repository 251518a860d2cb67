/**
 * JSON files that people write: read strictly into records, with errors that name the file, the
 * line and the field.
 */
package dev.tandem.devices.json;
