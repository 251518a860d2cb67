package dev.tandem.kernels.opencl.tuning;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tunables of every kernel: names, candidate values, constraints. A kernel that gets a tunable
 * or loses one must be changed here as well; a test compares this with {@code tunables.json}.
 */
public final class Spaces {
  private static final Parameter VEC = Parameter.of("VEC", 4, 8, 16);

  private Spaces() {}

  /** Every space; each kernel once. */
  public static List<Space> all() {
    return List.of(
        gemmPanel(),
        gemmTile(),
        gemmInt8(),
        winograd(),
        winogradPanel(),
        attentionLanes(),
        attentionTile(),
        rows(),
        groupNorm(),
        flat("elementwise"),
        flat("move"));
  }

  /** The space of a kernel; none for kernels without tunables. */
  public static Optional<Space> of(String kernel) {
    return all().stream().filter(s -> s.kernel().equals(kernel)).findFirst();
  }

  private static Space gemmPanel() {
    return space(
        "gemm_panel",
        List.of(
            VEC,
            Parameter.of("NV", 2, 4),
            Parameter.of("MR", 2, 4, 5, 6, 8, 10, 12, 14),
            Parameter.of("CHUNK_KIB", 64, 256, 1024),
            Parameter.of("SWEEP_KIB", 1, 512, 4096)),
        List.of(sumsFitVectorRegisters()));
  }

  private static Space gemmTile() {
    return space(
        "gemm_tile",
        List.of(
            Parameter.of("VEC", 1, 2, 4),
            Parameter.of("LN", 8, 16, 32),
            Parameter.of("LM", 4, 8, 16),
            Parameter.of("WM", 2, 4, 8),
            Parameter.of("WN", 2, 4),
            Parameter.of("TK", 16, 32),
            Parameter.of("LOAD", 1, 4)),
        List.of(
            new Constraint(
                "the work-group is neither too large nor less than half a wave",
                (v, l) -> {
                  int items = v.get("LM") * v.get("LN");
                  return items >= 32 && items <= Math.min(256, l.maxWorkGroup());
                }),
            new Constraint(
                "every work-item loads as much of a tile as the others",
                (v, l) -> {
                  int items = v.get("LM") * v.get("LN");
                  int rows = v.get("LM") * v.get("WM") * v.get("TK");
                  int columns = v.get("LN") * v.get("WN") * v.get("VEC") * v.get("TK");
                  return rows % items == 0 && columns % items == 0;
                }),
            new Constraint(
                "tiles fit the local memory",
                (v, l) -> {
                  int rows = v.get("LM") * v.get("WM");
                  int columns = v.get("LN") * v.get("WN") * v.get("VEC");
                  int values = rows * (v.get("TK") + 4) + columns * v.get("TK");
                  return 4L * values <= l.localMemory();
                }),
            new Constraint(
                "a work-item's sums fit its registers",
                (v, l) -> v.get("WM") * v.get("WN") * v.get("VEC") <= 32)));
  }

  private static Space gemmInt8() {
    return space(
        "gemm_int8",
        List.of(
            Parameter.of("VEC", 1, 2, 4, 8),
            Parameter.of("NV", 1, 2, 4),
            Parameter.of("MR", 2, 4, 6, 8),
            Parameter.of("LN", 1, 8, 16, 32),
            Parameter.of("LM", 1, 4, 8),
            Parameter.of("CHUNK_KIB", 64, 256, 1024)),
        List.of(
            new Constraint(
                "processors have work-groups of one item and whole vectors, GPUs of half a wave",
                (v, l) -> {
                  int items = v.get("LN") * v.get("LM");
                  return l.processor()
                      ? items == 1 && v.get("VEC") >= 4
                      : items >= 32 && items <= Math.min(256, l.maxWorkGroup());
                }),
            new Constraint(
                "chunks of rows are for processors",
                (v, l) -> l.processor() || v.get("CHUNK_KIB") == 256),
            new Constraint(
                "a work-item's sums fit its registers",
                (v, l) ->
                    l.processor()
                        ? (v.get("MR") + 1) * v.get("NV") * l.registersOf(v.get("VEC"))
                            < l.vectorRegisters()
                        : v.get("MR") * v.get("NV") * v.get("VEC") <= 32)));
  }

  /** Thresholds are at their lowest, so that USE alone decides. */
  private static Space winograd() {
    Space s =
        space(
            "winograd",
            List.of(
                Parameter.of("USE", 0, 1),
                VEC,
                Parameter.of("MIN_DEPTH", 4),
                Parameter.of("MIN_TILES", 1)),
            List.of(
                new Constraint(
                    "one combination stands for not using it",
                    (v, l) -> v.get("USE") == 1 || v.get("VEC") == 4)));
    return new Space(s.kernel(), s.parameters(), s.constraints(), Optional.of("USE"));
  }

  private static Space winogradPanel() {
    Map<String, Integer> unused = Map.of("VEC", 4, "NV", 2, "MR", 4, "CHUNK_KIB", 384);
    Space s =
        space(
            "winograd_panel",
            List.of(
                Parameter.of("USE", 0, 1),
                VEC,
                Parameter.of("NV", 2, 4),
                Parameter.of("MR", 2, 4, 6, 8, 12),
                Parameter.of("MIN_DEPTH", 4),
                Parameter.of("MIN_TILES", 1),
                Parameter.of("CHUNK_KIB", 128, 384, 1024)),
            List.of(
                new Constraint(
                    "one combination stands for not using it",
                    (v, l) -> v.get("USE") == 1 || v.entrySet().containsAll(unused.entrySet())),
                sumsFitVectorRegisters()));
    return new Space(s.kernel(), s.parameters(), s.constraints(), Optional.of("USE"));
  }

  private static Constraint sumsFitVectorRegisters() {
    return new Constraint(
        "sums, a panel's row and a broadcast fit the vector registers",
        (v, l) ->
            (v.get("MR") * v.get("NV") + v.get("NV")) * l.registersOf(v.get("VEC")) + 1
                <= l.vectorRegisters());
  }

  private static Space attentionLanes() {
    return space(
        "attention_lanes",
        List.of(
            VEC,
            Parameter.of("QV", 1, 2),
            Parameter.of("KB", 2, 4, 6, 8, 12),
            Parameter.of("DB", 1, 2, 4)),
        List.of(
            new Constraint(
                "scores of a block of keys and sums of a block of channels fit the registers",
                (v, l) ->
                    (v.get("KB") + v.get("DB")) * v.get("QV") * l.registersOf(v.get("VEC")) + 2
                        <= l.vectorRegisters())));
  }

  private static Space attentionTile() {
    return space(
        "attention_tile",
        List.of(
            Parameter.of("VEC", 1, 2, 4),
            Parameter.of("TQ", 4, 8, 16),
            Parameter.of("QW", 1, 2, 4),
            Parameter.of("TD", 4, 8, 16),
            Parameter.of("BK", 16, 32, 64),
            Parameter.of("LOAD", 1, 4)),
        List.of(
            new Constraint(
                "vectors of keys are shared out evenly",
                (v, l) -> v.get("BK") % (v.get("TD") * v.get("VEC")) == 0),
            new Constraint("TQ divides BK", (v, l) -> v.get("BK") % v.get("TQ") == 0),
            new Constraint(
                "the work-group is neither too large nor less than half a wave",
                (v, l) -> {
                  int items = v.get("TQ") * v.get("TD");
                  return items >= 32 && items <= Math.min(256, l.maxWorkGroup());
                })));
  }

  private static Space rows() {
    return space(
        "rows",
        List.of(VEC, Parameter.of("LANES", 1, 32, 64, 128, 256)),
        List.of(
            new Constraint(
                "processors have one lane; a work-group is not too large",
                (v, l) ->
                    l.processor()
                        ? v.get("LANES") == 1
                        : v.get("LANES") > 1 && v.get("LANES") <= l.maxWorkGroup())));
  }

  private static Space groupNorm() {
    return space(
        "groupnorm",
        List.of(
            VEC,
            Parameter.of("GROUP", 8, 32, 64),
            Parameter.of("SPAN", 1, 4, 16, 64),
            Parameter.of("STRIP_KIB", 0, 256, 1024)),
        List.of(
            fitsWorkGroup(),
            new Constraint(
                "GPUs take several passes",
                (v, l) -> l.processor() || v.getOrDefault("STRIP_KIB", 0) == 0)));
  }

  private static Space flat(String kernel) {
    return space(
        kernel, List.of(VEC, Parameter.of("GROUP", 16, 64, 256)), List.of(fitsWorkGroup()));
  }

  private static Constraint fitsWorkGroup() {
    return new Constraint(
        "the work-group is not too large", (v, l) -> v.get("GROUP") <= l.maxWorkGroup());
  }

  private static Space space(
      String kernel, List<Parameter> parameters, List<Constraint> constraints) {
    return new Space(kernel, parameters, constraints, Optional.empty());
  }
}
