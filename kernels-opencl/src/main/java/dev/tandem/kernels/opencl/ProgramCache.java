package dev.tandem.kernels.opencl;

import dev.tandem.devices.files.FileWriteException;
import dev.tandem.devices.files.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Built programs in a folder, one file each, named by a digest of all that they depend on. A file
 * is written under another name and then renamed, so that two processes may share the folder; a
 * damaged one is as good as none.
 */
record ProgramCache(Path folder) {
  /** Raise it when the meaning of a stored file changes. */
  private static final int FORMAT = 1;

  private static final byte[] MAGIC = "TANDEMCL".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST = 32;

  /** The name under which a program is stored. */
  String key(ClDevice device, String source, String options) {
    return key(FORMAT, device, source, options);
  }

  static String key(int format, ClDevice device, String source, String options) {
    MessageDigest d = sha256();
    for (String part :
        new String[] {
          String.valueOf(format),
          device.name(),
          device.vendor(),
          device.driver(),
          device.platformName(),
          options,
          source
        }) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      d.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
      d.update(bytes);
    }
    return HexFormat.of().formatHex(d.digest()) + ".clbin";
  }

  /** The program stored under a key; nothing if there is none or it is damaged. */
  Optional<byte[]> read(String key) {
    try {
      byte[] file = Files.readAllBytes(folder.resolve(key));
      int header = MAGIC.length + DIGEST;
      if (file.length < header || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        return Optional.empty();
      }
      byte[] payload = Arrays.copyOfRange(file, header, file.length);
      byte[] digest = sha256().digest(payload);
      return Arrays.equals(file, MAGIC.length, header, digest, 0, DIGEST)
          ? Optional.of(payload)
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // unreadable: rebuilt, as if it were damaged
    }
  }

  /** Stores a program; where that fails, the program is merely built again next time. */
  void write(String key, byte[] program) {
    ByteBuffer b = ByteBuffer.allocate(MAGIC.length + DIGEST + program.length);
    b.put(MAGIC).put(sha256().digest(program)).put(program);
    try {
      WholeFile.write(folder.resolve(key), b.array());
    } catch (FileWriteException e) {
      System.getLogger(ProgramCache.class.getName())
          .log(System.Logger.Level.DEBUG, "program not cached in {0}: {1}", folder, e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
