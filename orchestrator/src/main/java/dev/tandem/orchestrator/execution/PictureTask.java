package dev.tandem.orchestrator.execution;

import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.orchestrator.placement.StageCosts.Work;
import dev.tandem.stages.Conditioning;
import dev.tandem.stages.Denoising;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A picture on its way through the stages. Each stage takes what the one before left, so nothing
 * large outlives its use. Handed from thread to thread by rings, so it needs no locks.
 */
final class PictureTask {
  private final int index;
  private final PictureJob job;
  private Optional<Encoded> encoded = Optional.empty();
  private Optional<Denoising> denoising = Optional.empty();
  private Optional<float[]> latents = Optional.empty();
  private Optional<Picture> picture = Optional.empty();
  private boolean failed;
  private final List<Commitment> commitments = new ArrayList<>();

  /** The prompt and its negative, encoded. */
  record Encoded(Conditioning prompt, Conditioning negative) {}

  PictureTask(int index, PictureJob job) {
    this.index = index;
    this.job = job;
  }

  int index() {
    return index;
  }

  PictureJob job() {
    return job;
  }

  /** It will not be made. */
  void fail() {
    failed = true;
  }

  boolean hasFailed() {
    return failed;
  }

  /** Work that a station has taken on for this picture. */
  private static final class Commitment {
    private final FleetDevice device;
    private final Work work;
    private int units;

    private Commitment(FleetDevice device, Work work, int units) {
      this.device = device;
      this.work = work;
      this.units = units;
    }

    private void done(int count) {
      device.commit(work, -count);
      units -= count;
    }
  }

  /** A device takes on work for this picture. */
  void commit(FleetDevice device, Work work, int units) {
    device.commit(work, units);
    commitments.add(new Commitment(device, work, units));
  }

  /** One unit of each commitment is done. */
  void unitDone() {
    commitments.forEach(c -> c.done(Math.min(1, c.units)));
  }

  /** The station is through with this picture, whatever came of it. */
  void release() {
    commitments.forEach(c -> c.done(c.units));
    commitments.clear();
  }

  void setEncoded(Encoded value) {
    encoded = Optional.of(value);
  }

  Encoded takeEncoded() {
    Encoded value = encoded.orElseThrow();
    encoded = Optional.empty();
    return value;
  }

  /** Where denoising stands, between its first evaluation and its last. */
  Optional<Denoising> denoising() {
    return denoising;
  }

  void setDenoising(Denoising value) {
    denoising = Optional.of(value);
  }

  /** Denoising is over: only the latents are left. */
  void finishDenoising() {
    latents = Optional.of(denoising.orElseThrow().latents());
    denoising = Optional.empty();
  }

  /** What is to be decoded; stays until {@link #setPicture}, as decoding may be repeated. */
  float[] latents() {
    return latents.orElseThrow();
  }

  void setPicture(Picture value) {
    latents = Optional.empty();
    picture = Optional.of(value);
  }

  Picture takePicture() {
    Picture value = picture.orElseThrow();
    picture = Optional.empty();
    return value;
  }
}
