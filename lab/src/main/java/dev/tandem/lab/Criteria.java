package dev.tandem.lab;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;

/**
 * By what pictures are judged, given their vectors.
 *
 * @param score how near a picture is to its prompt
 * @param object which object it shows, of all that the judge knows
 * @param real vectors of real pictures of the objects that are drawn
 */
record Criteria(
    ToDoubleBiFunction<float[], String> score,
    Function<float[], String> object,
    List<float[]> real) {}
