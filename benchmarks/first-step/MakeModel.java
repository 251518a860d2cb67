import dev.tandem.graph.Graph;
import dev.tandem.graph.Node;
import dev.tandem.orchestrator.ModelGraphs;
import dev.tandem.orchestrator.ModelGraphs.ModelGraph;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes a model folder of Stable Diffusion 1.5's size with random weights in F16 (2 GB): as much to
 * read, re-lay and compute as the real one. Pictures of it mean nothing.
 *
 * <p>usage: MakeModel FOLDER TOKENIZER_AND_SCHEDULER_OF
 */
public final class MakeModel {
  private static final int BLOCK = 1 << 20;

  private MakeModel() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Path from = Path.of(args[1]);
    List<ModelGraph> graphs = ModelGraphs.stableDiffusion15();
    write(folder.resolve("text_encoder"), "model", graphs.getFirst().graph(), "text");
    write(folder.resolve("unet"), "diffusion_pytorch_model", graphs.get(1).graph(), "unet");
    write(folder.resolve("vae"), "diffusion_pytorch_model", graphs.getLast().graph(), "vae");
    for (String part : List.of("tokenizer", "scheduler")) {
      Files.createDirectories(folder.resolve(part));
      try (Stream<Path> files = Files.list(from.resolve(part))) {
        for (Path f : files.toList()) {
          String text = Files.readString(f);
          Files.writeString(
              folder.resolve(part).resolve(f.getFileName()),
              text.replace("\"model_max_length\": 32", "\"model_max_length\": 77"));
        }
      }
    }
    Files.copy(from.resolve("model_index.json"), folder.resolve("model_index.json"));
  }

  private static void write(Path part, String name, Graph graph, String config)
      throws IOException {
    Files.createDirectories(part);
    try (InputStream in = ModelGraphs.class.getResourceAsStream("sd15/" + config + ".json")) {
      Files.copy(in, part.resolve("config.json"));
    }
    Map<String, Node> weights = new TreeMap<>();
    graph.nodes().stream().filter(Node::isWeight).forEach(n -> weights.put(n.name(), n));
    StringBuilder header = new StringBuilder("{");
    long at = 0;
    for (Node w : weights.values()) {
      long bytes = 2 * w.shape().elements();
      StringBuilder dims = new StringBuilder();
      for (int d : w.shape().toArray()) {
        dims.append(dims.isEmpty() ? "" : ",").append(d);
      }
      header.append(at == 0 ? "" : ",");
      header.append('"').append(w.name()).append("\":{\"dtype\":\"F16\",\"shape\":[").append(dims);
      header.append("],\"data_offsets\":[").append(at).append(',').append(at + bytes).append("]}");
      at += bytes;
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    try (FileChannel out =
        FileChannel.open(
            part.resolve(name + ".safetensors"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE)) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      all(out, length.putLong(json.length).flip());
      all(out, ByteBuffer.wrap(json));
      ByteBuffer matrix = random();
      for (Node w : weights.values()) {
        boolean norm = w.name().contains("norm") && w.name().endsWith(".weight");
        ByteBuffer source = norm ? ones() : matrix;
        long left = 2 * w.shape().elements();
        while (left > 0) {
          int n = (int) Math.min(left, source.capacity());
          all(out, source.duplicate().position(0).limit(n));
          left -= n;
        }
      }
    }
  }

  /** Normal values so small that no layer of the network grows its input beyond F16. */
  private static ByteBuffer random() {
    Random random = new Random(7);
    ByteBuffer b = ByteBuffer.allocateDirect(2 * BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < BLOCK; i++) {
      b.putShort(Float.floatToFloat16((float) (0.02 * random.nextGaussian())));
    }
    return b;
  }

  private static ByteBuffer ones() {
    ByteBuffer b = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
    while (b.hasRemaining()) {
      b.putShort(Float.floatToFloat16(1));
    }
    return b;
  }

  private static void all(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
