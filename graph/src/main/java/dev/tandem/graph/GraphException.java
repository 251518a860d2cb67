package dev.tandem.graph;

/** A graph that cannot be built: the message names the operation, the node and the shapes. */
public final class GraphException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public GraphException(String message) {
    super(message);
  }
}
