package dev.tandem.devices;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as people write them, in powers of 1024: {@code 512M}, {@code 1.5G}. */
public final class ByteSize {
  private static final String UNITS = "KMGT";
  private static final Pattern FORM = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?) ?([KMGT]?)I?B?");

  private ByteSize() {}

  /**
   * Reads {@code 4096}, {@code 64K}, {@code 512M}, {@code 1.5G} or {@code 2GiB}.
   *
   * @throws DeviceException if it is none of these, or 0
   */
  public static long parse(String text) {
    Matcher m = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (m.matches()) {
      int power = UNITS.indexOf(m.group(2)) + 1;
      double bytes =
          Double.parseDouble(m.group(1)) * (m.group(2).isEmpty() ? 1 : 1L << (10 * power));
      if (bytes >= 1 && bytes < Long.MAX_VALUE) {
        return (long) bytes;
      }
    }
    throw new DeviceException("size '" + text + "' is not of the form 512M, 1.5G or 4096");
  }

  /** For people: {@code 1.50 GiB}, {@code 96.0 MiB}, {@code 300 bytes}. */
  public static String format(long bytes) {
    if (bytes < 1024) {
      return bytes + " bytes";
    }
    double v = bytes;
    int unit = -1;
    while (v >= 1023.95 && unit + 1 < UNITS.length()) {
      v /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, v < 10 ? "%.2f %ciB" : "%.1f %ciB", v, UNITS.charAt(unit));
  }
}
