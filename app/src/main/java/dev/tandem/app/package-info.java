/** The command line: {@code ./tandem generate ...}. Device modules are found at run time only. */
package dev.tandem.app;
