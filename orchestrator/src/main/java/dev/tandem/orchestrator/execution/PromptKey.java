package dev.tandem.orchestrator.execution;

/** A negative prompt may be encoded otherwise than a prompt of the same words. */
record PromptKey(String prompt, boolean negative) {}
