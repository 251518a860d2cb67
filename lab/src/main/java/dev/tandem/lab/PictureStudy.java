package dev.tandem.lab;

import java.util.List;

/**
 * A study of pictures: settings that draw the same prompts from the same seeds, judged alike.
 *
 * @param reference whose pictures those of other deterministic settings are compared with
 * @param settings of which some may not suit every model
 */
public record PictureStudy(String name, String about, Setting reference, List<Setting> settings)
    implements Study {
  public PictureStudy {
    settings = List.copyOf(settings);
  }
}
