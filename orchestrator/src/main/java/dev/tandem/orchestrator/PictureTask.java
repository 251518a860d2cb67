package dev.tandem.orchestrator;

import dev.tandem.orchestrator.picture.Picture;
import dev.tandem.stages.Conditioning;
import java.util.Optional;

/**
 * A picture on its way through the stages. Each stage takes what the one before left, so nothing
 * large outlives its use. Handed from thread to thread by rings, so it needs no locks.
 */
final class PictureTask {
  private final int index;
  private final Request request;
  private Optional<Encoded> encoded = Optional.empty();
  private Optional<float[]> latents = Optional.empty();
  private Optional<Picture> picture = Optional.empty();

  /** The prompt and its negative, encoded. */
  record Encoded(Conditioning prompt, Conditioning negative) {}

  PictureTask(int index, Request request) {
    this.index = index;
    this.request = request;
  }

  int index() {
    return index;
  }

  Request request() {
    return request;
  }

  void setEncoded(Encoded value) {
    encoded = Optional.of(value);
  }

  Encoded takeEncoded() {
    Encoded value = encoded.orElseThrow();
    encoded = Optional.empty();
    return value;
  }

  void setLatents(float[] value) {
    latents = Optional.of(value);
  }

  float[] takeLatents() {
    float[] value = latents.orElseThrow();
    latents = Optional.empty();
    return value;
  }

  void setPicture(Picture value) {
    picture = Optional.of(value);
  }

  Picture takePicture() {
    Picture value = picture.orElseThrow();
    picture = Optional.empty();
    return value;
  }
}
