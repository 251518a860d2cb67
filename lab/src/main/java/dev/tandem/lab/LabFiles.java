package dev.tandem.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A report as files for programs: JSON, and CSV with a line for each setting. */
public final class LabFiles {
  private static final String HEADER =
      "setting,pairs,evaluations,seconds,seconds_low,seconds_high,clip_score,clip_score_low,"
          + "clip_score_high,top1,top1_low,top1_high,cmmd,psnr,psnr_low,psnr_high,psnr_pairs,score_front,"
          + "cmmd_front";

  private LabFiles() {}

  /** Writes {@code lab-results.json}, {@code lab-results.csv} and {@code lab.html}. */
  public static List<Path> write(LabReport report, Path folder) {
    Path json = folder.resolve("lab-results.json");
    Path csv = folder.resolve("lab-results.csv");
    Path page = folder.resolve("lab.html");
    WholeFile.write(json, json(report));
    WholeFile.write(csv, csv(report));
    WholeFile.write(page, new LabPage(report).html());
    return List.of(json, csv, page);
  }

  static String csv(LabReport report) {
    StringBuilder out = new StringBuilder(HEADER).append('\n');
    for (Row r : report.rows()) {
      List<String> cells = new ArrayList<>();
      cells.add(r.setting().id());
      cells.add(Integer.toString(r.pairs()));
      cells.add(Integer.toString(r.evaluations()));
      Stream.of(r.seconds(), r.score(), r.top1()).forEach(i -> cells.addAll(cells(i)));
      cells.add(number(r.cmmd()));
      cells.addAll(r.psnr().map(p -> cells(p.decibels())).orElse(List.of("", "", "")));
      cells.add(r.psnr().map(p -> Integer.toString(p.pairs())).orElse(""));
      cells.add(Boolean.toString(r.scoreFront()));
      cells.add(Boolean.toString(r.cmmdFront()));
      out.append(String.join(",", cells)).append('\n');
    }
    return out.toString();
  }

  private static List<String> cells(Interval i) {
    return Stream.of(i.value(), i.low(), i.high()).map(LabFiles::number).toList();
  }

  /** Nothing where there is no number. */
  private static String number(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6g", value);
  }

  static String json(LabReport report) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("pairs", report.pairs().size());
    root.put("complete", report.complete());
    root.put("realPictures", report.realPictures());
    root.put("guidance", report.plan().guidance());
    root.put("margin", report.plan().margin());
    root.put("reference", report.plan().reference().id());
    root.put("device", report.plan().device());
    var rows = root.putArray("settings");
    for (Row r : report.rows()) {
      ObjectNode row = rows.addObject();
      row.put("setting", r.setting().id());
      row.put("pairs", r.pairs());
      row.put("evaluations", r.evaluations());
      put(row, "seconds", r.seconds());
      put(row, "clipScore", r.score());
      put(row, "top1", r.top1());
      row.put("cmmd", r.cmmd());
      r.psnr().ifPresent(p -> put(row, "psnr", p.decibels()).put("pairs", p.pairs()));
      row.put("scoreFront", r.scoreFront());
      row.put("cmmdFront", r.cmmdFront());
    }
    var comparisons = root.putArray("comparisons");
    for (Comparison c : report.comparisons()) {
      ObjectNode row = comparisons.addObject();
      row.put("setting", c.fast().id());
      row.put("against", c.slow().id());
      row.put("pairs", c.pairs());
      put(row, "clipScoreDifference", c.score());
      put(row, "top1Difference", c.top1());
      put(row, "cmmdDifference", c.cmmd());
      put(row, "speedUp", c.speedUp());
      row.put("verdict", c.verdict().toString());
    }
    root.put(
        "prompts",
        report.pairs().stream()
            .map(p -> p.prompt() + " (seed " + Long.toUnsignedString(p.seed()) + ")")
            .collect(Collectors.joining("; ")));
    return root.toPrettyString() + "\n";
  }

  private static ObjectNode put(ObjectNode node, String name, Interval i) {
    ObjectNode out = node.putObject(name);
    out.put("value", i.value());
    if (i.bounded()) {
      out.put("low", i.low());
      out.put("high", i.high());
    }
    return out;
  }
}
