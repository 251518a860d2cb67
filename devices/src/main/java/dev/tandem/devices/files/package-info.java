/**
 * Files of the user: written whole or not at all, read as text, cached, and named in errors.
 *
 * <pre>
 *   WholeFile.open(path) --Target--> regular file: temporary file beside it, renamed at the end
 *                                    device, pipe, terminal: opened and written in place
 * </pre>
 *
 * Everything that writes a file goes through {@link dev.tandem.devices.files.WholeFile}.
 */
package dev.tandem.devices.files;
