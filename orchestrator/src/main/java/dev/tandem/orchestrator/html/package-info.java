/** Pages that need nothing but themselves: text, tables and pictures as HTML. */
package dev.tandem.orchestrator.html;
