package dev.tandem.kernels.opencl.plan;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites a kernel for runtimes that launch kernels with arguments of their own: further ones come
 * first, a buffer is a part of an array, and local memory cannot be an argument.
 *
 * <pre>
 *   __kernel void k(__global real *y, __local float *u, int n) { ... }
 *
 *   __kernel void k(HIDDEN, __global real *y, ulong y_from, int n) {
 *     y = (__global real *)((__global char *)y + y_from);
 *     __local float u_array[BYTES / sizeof(float)];
 *     __local float *u = u_array;
 *     ... }
 * </pre>
 */
public final class PrebuiltSource {
  private static final Pattern POINTER =
      Pattern.compile("(__global|__constant|__local) ([^*]*)\\*\\s*(\\w+)");

  private PrebuiltSource() {}

  /**
   * The source with one of its kernels rewritten; everything else stays. Each {@code __global} and
   * {@code __constant} pointer is followed by a parameter {@code ulong NAME_from}: where its buffer
   * begins in the array, bytes; a multiple of the elements' size.
   *
   * @param entry the kernel
   * @param hidden the parameters that come first, separated by commas
   * @param localBytes the size of each {@code __local} parameter, in order, bytes
   * @throws IllegalArgumentException if the source has no such kernel, or another number of {@code
   *     __local} parameters
   */
  public static String of(String source, String entry, String hidden, List<Long> localBytes) {
    Matcher head =
        Pattern.compile("__kernel\\b[^;{}]*?\\bvoid\\s+" + Pattern.quote(entry) + "\\s*\\(")
            .matcher(source);
    if (!head.find()) {
      throw new IllegalArgumentException("there is no kernel '" + entry + "' in the source");
    }
    int close = source.indexOf(')', head.end());
    int body = source.indexOf('{', close) + 1;
    List<String> kept = new ArrayList<>(List.of(hidden));
    StringBuilder first = new StringBuilder();
    Iterator<Long> sizes = localBytes.iterator();
    for (String parameter : source.substring(head.end(), close).split(",", -1)) {
      String p = parameter.strip().replaceAll("\\s+", " ");
      Matcher pointer = POINTER.matcher(p);
      if (!pointer.matches()) {
        kept.add(p);
        continue;
      }
      String space = pointer.group(1);
      String type = pointer.group(2).strip();
      String name = pointer.group(3);
      if (space.equals("__local")) {
        first.append(array(entry, type, name, sizes));
      } else {
        kept.add(p);
        kept.add("ulong " + name + "_from");
        first.append(behind(space, type, name));
      }
    }
    if (sizes.hasNext()) {
      throw new IllegalArgumentException(
          "kernel '" + entry + "' has fewer __local parameters than " + localBytes.size());
    }
    return source.substring(0, head.end())
        + String.join(", ", kept)
        + source.substring(close, body)
        + first
        + source.substring(body);
  }

  private static String array(String entry, String type, String name, Iterator<Long> sizes) {
    if (!sizes.hasNext()) {
      throw new IllegalArgumentException(
          "kernel '" + entry + "': the size of __local " + name + " is missing");
    }
    String array = name + "_array[" + sizes.next() + " / sizeof(" + type + ")]";
    String pointer = "*" + name + " = " + name + "_array";
    return "\n  __local " + type + " " + array + ";\n  __local " + type + " " + pointer + ";";
  }

  private static String behind(String space, String type, String name) {
    String bytes = "(" + space + (type.startsWith("const ") ? " const" : "") + " char *)" + name;
    String pointer = "(" + space + " " + type + " *)";
    return "\n  " + name + " = " + pointer + "(" + bytes + " + " + name + "_from);";
  }
}
