package dev.tandem.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tandem.devices.files.WholeFile;
import dev.tandem.lab.LabReport.Comparison;
import dev.tandem.lab.LabReport.FormComparison;
import dev.tandem.lab.LabReport.Row;
import dev.tandem.lab.LabReport.SameTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A report as files for programs: JSON, and CSV with a line for each setting. */
public final class LabFiles {
  private static final String HEADER =
      "setting,pairs,evaluations,multiply_adds,seconds,seconds_low,seconds_high,step_seconds,"
          + "evaluation_seconds,clip_score,clip_score_low,clip_score_high,top1,top1_low,top1_high,"
          + "cmmd,compared_with,psnr,psnr_low,psnr_high,psnr_pairs,psnr_median,psnr_lowest,"
          + "ssim_median,ssim_lowest,score_front,cmmd_front";

  private static final int LIKENESS_COLUMNS = 9;

  private LabFiles() {}

  /**
   * Writes {@code lab-results.json}, {@code lab-results.csv} and {@code lab.html}; of a study of
   * cheaper forms {@code lab-STUDY-results.json} and so on, beside the others in the folder.
   */
  public static List<Path> write(LabReport report, PictureStudy study, Path folder) {
    boolean whole = study.name().equals(Studies.USUAL) || study.name().equals(Studies.ALL);
    String name = whole ? "lab" : "lab-" + study.name();
    Path json = folder.resolve(name + "-results.json");
    Path csv = folder.resolve(name + "-results.csv");
    Path page = folder.resolve(name + ".html");
    WholeFile.write(json, json(report));
    WholeFile.write(csv, csv(report));
    WholeFile.write(page, new LabPage(report, study.about()).html());
    return List.of(json, csv, page);
  }

  static String csv(LabReport report) {
    StringBuilder out = new StringBuilder(HEADER).append('\n');
    for (Row r : report.rows()) {
      List<String> cells = new ArrayList<>();
      cells.add(r.setting().id());
      cells.add(Integer.toString(r.pairs()));
      cells.add(Integer.toString(r.evaluations()));
      cells.add(number(r.multiplyAdds()));
      cells.addAll(cells(r.seconds()));
      cells.add(r.stepSeconds().map(s -> number(s.value())).orElse(""));
      cells.add(r.evaluationSeconds().map(s -> number(s.value())).orElse(""));
      Stream.of(r.score(), r.top1()).forEach(i -> cells.addAll(cells(i)));
      cells.add(number(r.cmmd()));
      cells.addAll(
          r.likeness().map(LabFiles::cells).orElse(Collections.nCopies(LIKENESS_COLUMNS, "")));
      cells.add(Boolean.toString(r.scoreFront()));
      cells.add(Boolean.toString(r.cmmdFront()));
      out.append(String.join(",", cells)).append('\n');
    }
    return out.toString();
  }

  private static List<String> cells(Likeness l) {
    List<String> cells = new ArrayList<>(List.of(l.to().id()));
    cells.addAll(cells(l.psnr()));
    cells.add(Integer.toString(l.pairs()));
    cells.add(number(l.medianPsnr().value()));
    cells.add(number(l.lowestPsnr()));
    cells.add(number(l.medianSsim().value()));
    cells.add(number(l.lowestSsim()));
    return cells;
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
      if (!Double.isNaN(r.multiplyAdds())) {
        row.put("multiplyAdds", r.multiplyAdds());
      }
      put(row, "seconds", r.seconds());
      r.stepSeconds().ifPresent(s -> put(row, "stepSeconds", s));
      r.evaluationSeconds().ifPresent(s -> put(row, "evaluationSeconds", s));
      put(row, "clipScore", r.score());
      put(row, "top1", r.top1());
      row.put("cmmd", r.cmmd());
      r.likeness().ifPresent(l -> put(row, l));
      row.put("scoreFront", r.scoreFront());
      row.put("cmmdFront", r.cmmdFront());
    }
    var comparisons = root.putArray("comparisons");
    report.comparisons().forEach(c -> put(comparisons.addObject(), c));
    var forms = root.putArray("forms");
    for (FormComparison f : report.forms()) {
      ObjectNode row = put(forms.addObject(), f.differences());
      if (!Double.isNaN(f.work())) {
        row.put("speedUpByWork", f.work());
      }
      f.floor()
          .ifPresent(n -> put(row, "otherSeedsDifference", n.difference()).put("pairs", n.pairs()));
      row.put("againstNoiseFloor", f.againstFloor().toString());
    }
    var sameTime = root.putArray("sameTime");
    for (SameTime s : report.sameTime()) {
      ObjectNode row = sameTime.addObject();
      row.put("setting", s.cached().id());
      row.put("against", s.fewer().id());
      row.put("comparedWith", s.to().id());
      row.put("pairs", s.pairs());
      put(row, "seconds", s.seconds());
      put(row, "psnrDifference", s.psnr());
      put(row, "ssimDifference", s.ssim());
      row.put("verdict", s.verdict().toString());
    }
    root.put(
        "prompts",
        report.pairs().stream()
            .map(p -> p.prompt() + " (seed " + Long.toUnsignedString(p.seed()) + ")")
            .collect(Collectors.joining("; ")));
    return root.toPrettyString() + "\n";
  }

  private static ObjectNode put(ObjectNode row, Comparison c) {
    row.put("setting", c.fast().id());
    row.put("against", c.slow().id());
    row.put("pairs", c.pairs());
    put(row, "clipScoreDifference", c.score());
    put(row, "top1Difference", c.top1());
    put(row, "cmmdDifference", c.cmmd());
    put(row, "speedUp", c.speedUp());
    return row.put("verdict", c.verdict().toString());
  }

  private static void put(ObjectNode row, Likeness l) {
    row.put("comparedWith", l.to().id());
    put(row, "psnr", l.psnr()).put("pairs", l.pairs());
    put(row, "psnrMedian", l.medianPsnr());
    row.put("psnrLowest", l.lowestPsnr());
    put(row, "ssimMedian", l.medianSsim());
    row.put("ssimLowest", l.lowestSsim());
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
