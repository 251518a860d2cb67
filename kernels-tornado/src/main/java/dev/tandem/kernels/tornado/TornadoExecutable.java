package dev.tandem.kernels.tornado;

import dev.tandem.devices.DeviceException;
import dev.tandem.devices.DeviceMemoryException;
import dev.tandem.devices.Executable;
import dev.tandem.devices.OpSpans;
import dev.tandem.devices.Tensor;
import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/** An execution plan over the task graphs of a compiled graph; a run executes them in order. */
final class TornadoExecutable implements Executable {
  private static final Pattern TASK = Pattern.compile("g\\d+\\.t(\\d+)");

  private final String device;
  private final Lowered lowered;
  private final Arena arena;
  private final TaskGraphs graphs;
  private final TornadoExecutionPlan plan;
  private final Map<String, Tensor> inputs = new HashMap<>();
  private final Map<String, Tensor> outputs = new HashMap<>();
  private final Consumer<TornadoExecutable> whenClosed;
  private boolean closed;

  private TornadoExecutable(
      String device,
      Lowered lowered,
      Arena arena,
      TaskGraphs graphs,
      TornadoExecutionPlan plan,
      Consumer<TornadoExecutable> whenClosed) {
    this.device = device;
    this.lowered = lowered;
    this.arena = arena;
    this.graphs = graphs;
    this.plan = plan;
    this.whenClosed = whenClosed;
    for (Node n : lowered.graph().inputs()) {
      inputs.put(n.name(), lowered.inputs().get(n.name()).tensor(n.shape(), n.type()));
    }
    lowered
        .graph()
        .outputs()
        .forEach(
            (name, n) ->
                outputs.put(name, lowered.outputs().get(name).tensor(n.shape(), n.type())));
  }

  /**
   * Lays the weights, has TornadoVM compile all tasks, and runs them once on zeros: drivers compile
   * for a size of group when they first see it, and weights are uploaded by a first run.
   *
   * @param flags for the compiler of the backend's language
   * @throws DeviceException if it cannot, with the operation
   */
  @SuppressWarnings("MustBeClosedChecker") // close() does
  static TornadoExecutable compile(
      String id,
      TornadoDevice device,
      Lowered lowered,
      String flags,
      Consumer<TornadoExecutable> whenClosed) {
    Arena arena = Arena.ofShared();
    TornadoExecutable e = null;
    try (PrebuiltSources sources = lowered.sources()) {
      sources.write();
      Set<Integer> hashes = new HashSet<>();
      lowered.arrays().forEach(a -> a.allocate(arena, hashes));
      TaskGraphs graphs = TaskGraphs.of(id, lowered.tasks());
      TornadoExecutionPlan plan =
          new TornadoExecutionPlan(graphs.graphs().toArray(ImmutableTaskGraph[]::new));
      e = new TornadoExecutable(id, lowered, arena, graphs, plan, whenClosed);
      e.prepare(device, flags);
      return e;
    } catch (RuntimeException | Error failure) {
      try {
        if (e == null) {
          arena.close();
        } else {
          e.close();
        }
      } catch (DeviceException alsoClosing) {
        failure.addSuppressed(alsoClosing);
      }
      throw failure;
    }
  }

  private void prepare(TornadoDevice on, String flags) {
    calling(
        "compile",
        () -> {
          plan.withDevice(on);
          plan.withCompilerFlags(TornadoVMBackendType.OPENCL, flags);
          for (int i = 0; i < graphs.graphs().size(); i++) {
            graph(i).withPreCompilation();
          }
        });
    calling("run", () -> execute(false, OpSpans.NONE));
    lowered.arrays().forEach(DeviceArray::uploaded);
  }

  @Override
  public Graph graph() {
    return lowered.graph();
  }

  @Override
  public Tensor input(String name) {
    Tensor t = inputs.get(name);
    if (t == null) {
      throw new IllegalStateException(graph().input(name) + " has no array"); // input() throws
    }
    return t;
  }

  @Override
  public Tensor output(String name) {
    Tensor t = outputs.get(name);
    if (t == null) {
      throw new IllegalStateException(graph().output(name) + " has no array"); // output() throws
    }
    return t;
  }

  @Override
  public void run(OpSpans spans) {
    if (closed) {
      throw new IllegalStateException("the executable of " + graph().name() + " is closed");
    }
    lowered.checks().forEach(c -> c.check(input(c.input())));
    boolean timed = spans.operations() && !spans.equals(OpSpans.NONE);
    calling("run", () -> execute(timed, spans));
  }

  /** The plan with one graph chosen; made anew each time, as TornadoVM's keeps all its results. */
  private TornadoExecutionPlan graph(int number) {
    return plan.withGraph(number).withGridScheduler(graphs.grids().get(number));
  }

  private void execute(boolean timed, OpSpans spans) {
    List<KernelTimes> times = new ArrayList<>();
    for (int i = 0; i < graphs.graphs().size(); i++) {
      TornadoExecutionPlan one = graph(i);
      if (!timed) {
        var _ = one.execute();
        continue;
      }
      long start = System.nanoTime();
      TornadoExecutionResult result = one.withProfiler(ProfilerMode.SILENT).execute();
      long end = System.nanoTime();
      times.add(KernelTimes.of(result.getProfilerResult().getProfileLog(), start, end));
      one.withoutProfiler();
    }
    if (timed) {
      KernelTimes.tell(times, graphs.names(), lowered.tasks(), spans);
    }
  }

  /** Calls TornadoVM; whatever it throws is the device's failure. */
  private void calling(String what, Runnable call) {
    try {
      call.run();
    } catch (DeviceException e) {
      throw e;
    } catch (TornadoOutOfMemoryException e) {
      throw new DeviceMemoryException(message(what, e), e);
    } catch (RuntimeException | Error e) {
      throw new DeviceException(message(what, e), e);
    }
  }

  private String message(String what, Throwable e) {
    String text = Failures.text(e);
    Matcher m = TASK.matcher(text);
    String where = "'" + graph().name() + "'";
    if (m.find() && Integer.parseInt(m.group(1)) < lowered.tasks().size()) {
      Task t = lowered.tasks().get(Integer.parseInt(m.group(1)));
      where = t.node() + " (kernel " + t.kernel() + ") of " + where;
    }
    return device + ": cannot " + what + " " + where + ": " + text + "; it uses " + memory();
  }

  @Override
  public MemoryUse memory() {
    return lowered.memory();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      whenClosed.accept(this);
      try {
        plan.withAllGraphs().close();
      } catch (TornadoExecutionPlanException | RuntimeException | Error e) {
        throw new DeviceException(message("close", e), e);
      } finally {
        arena.close();
      }
    }
  }
}
