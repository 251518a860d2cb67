package dev.tandem.devices.files;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Why a file could not be read or written, in the system's words. */
public final class FileReason {
  private FileReason() {}

  /** For example {@code permission denied} or {@code no space left on device}. */
  public static String of(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file";
      case FileAlreadyExistsException x -> "'" + x.getFile() + "' is not a folder";
      case NotDirectoryException x -> "'" + x.getFile() + "' is not a folder";
      case DirectoryNotEmptyException _ -> "is a folder";
      case FileSystemException x when x.getReason() != null -> plain(x.getReason());
      case CharacterCodingException _ -> "it is not UTF-8 text";
      default -> e.getMessage() == null ? e.toString() : plain(e.getMessage());
    };
  }

  private static String plain(String reason) {
    return switch (reason) {
      case "Is a directory" -> "is a folder";
      case "Not a directory" -> "a part of the path is not a folder";
      case "File name too long" -> "the name is too long";
      case "Broken pipe" -> "its reader has gone";
      default -> reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1);
    };
  }
}
