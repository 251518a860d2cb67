package dev.tandem.lab;

/** A question that the lab answers with figures of this machine and of the user's model. */
public sealed interface Study permits PictureStudy, CurveStudy {
  /** As {@code --study} takes it; a part of the names of files. */
  String name();

  /** What is varied, a few words. */
  String about();
}
