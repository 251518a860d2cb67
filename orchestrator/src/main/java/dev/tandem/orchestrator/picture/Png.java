package dev.tandem.orchestrator.picture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Encodes PNG files with the {@code parameters} text chunk. */
final class Png {
  private static final String FORMAT = "javax_imageio_png_1.0";
  private static final int REPLACEMENT = 0xFFFD;

  private Png() {}

  static byte[] encode(Picture picture) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      var image = picture.toBufferedImage();
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(
              ImageTypeSpecifier.createFromRenderedImage(image), writer.getDefaultWriteParam());
      addText(metadata, printable(Parameters.of(picture)));
      writer.write(new IIOImage(image, null, metadata));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes all that is written
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Text chunks hold neither control characters (a NUL ends them) nor halves of letters. */
  private static String printable(String text) {
    StringBuilder s = new StringBuilder();
    text.codePoints()
        .map(c -> c < 0x10000 && Character.isSurrogate((char) c) ? REPLACEMENT : c)
        .map(c -> Character.isISOControl(c) && c != '\n' && c != '\t' ? ' ' : c)
        .forEach(s::appendCodePoint);
    return s.toString();
  }

  /** A tEXt chunk where the text is Latin-1, else iTXt in UTF-8, as the PNG specification says. */
  private static void addText(IIOMetadata metadata, String text) throws IIOInvalidTreeException {
    boolean latin1 = StandardCharsets.ISO_8859_1.newEncoder().canEncode(text);
    IIOMetadataNode entry = new IIOMetadataNode(latin1 ? "tEXtEntry" : "iTXtEntry");
    entry.setAttribute("keyword", "parameters");
    if (latin1) {
      entry.setAttribute("value", text);
    } else {
      entry.setAttribute("compressionFlag", "FALSE");
      entry.setAttribute("compressionMethod", "0");
      entry.setAttribute("languageTag", "");
      entry.setAttribute("translatedKeyword", "");
      entry.setAttribute("text", text);
    }
    IIOMetadataNode chunk = new IIOMetadataNode(latin1 ? "tEXt" : "iTXt");
    chunk.appendChild(entry);
    IIOMetadataNode root = new IIOMetadataNode(FORMAT);
    root.appendChild(chunk);
    metadata.mergeTree(FORMAT, root);
  }
}
