package dev.tandem.conformance;

import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.core.importer.Locations;
import com.tngtech.archunit.junit.LocationProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** All classes of Tandem: of the class path, and of TornadoVM's devices where they are built. */
final class Rooms implements LocationProvider {
  private static final Path TORNADO =
      Path.of(System.getProperty("tandem.root"), "kernels-tornado/target/classes");

  @Override
  public Set<Location> get(Class<?> testClass) {
    Set<Location> all = new HashSet<>(Locations.ofPackage("dev.tandem"));
    if (Files.isDirectory(TORNADO)) {
      all.add(Location.of(TORNADO));
    }
    return all;
  }
}
