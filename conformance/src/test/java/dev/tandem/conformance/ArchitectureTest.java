package dev.tandem.conformance;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** Which room may import which, and which library belongs to which room. */
@AnalyzeClasses(locations = Rooms.class, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String GRAPH = "dev.tandem.graph..";
  private static final String DEVICES = "dev.tandem.devices..";
  private static final String CPU = "dev.tandem.kernels.cpu..";
  private static final String OPENCL = "dev.tandem.kernels.opencl..";
  private static final String TORNADO = "dev.tandem.kernels.tornado..";
  private static final String PLANS = "dev.tandem.kernels.opencl.plan..";
  private static final String STAGES = "dev.tandem.stages..";
  private static final String ORCHESTRATOR = "dev.tandem.orchestrator..";
  private static final String PLANNING = "dev.tandem.planning..";
  private static final String LAB = "dev.tandem.lab..";
  private static final String APP = "dev.tandem.app..";
  private static final String CONFORMANCE = "dev.tandem.conformance..";

  private static final String JACKSON = "com.fasterxml.jackson..";
  private static final String DISRUPTOR = "com.lmax.disruptor..";
  private static final String HISTOGRAM = "org.HdrHistogram..";
  private static final String JOCL = "org.jocl..";
  private static final String BYTEDECO = "org.bytedeco..";
  private static final String TORNADOVM = "uk.ac.manchester.tornado..";
  private static final String PICOCLI = "picocli..";
  private static final String JSON_SCHEMA = "com.networknt.schema..";

  /** A rule about no class at all would always hold. */
  @ArchTest
  static void everyRoomIsLookedAt(JavaClasses all) {
    for (String room :
        List.of(
            GRAPH, DEVICES, CPU, OPENCL, STAGES, ORCHESTRATOR, PLANNING, LAB, APP, CONFORMANCE)) {
      assertThat(all.that(resideInAPackage(room))).as(room).isNotEmpty();
    }
  }

  /** Stages do import devices and Jackson: a rule without them must be broken. */
  @ArchTest
  static void aBrokenRuleIsNoticed(JavaClasses all) {
    assertThat(mayImport(STAGES, GRAPH, JACKSON).evaluate(all).hasViolation()).isTrue();
    assertThat(mayImport(STAGES, GRAPH, DEVICES).evaluate(all).hasViolation()).isTrue();
    assertThat(onlyIn(APP, DISRUPTOR).evaluate(all).hasViolation()).isTrue();
  }

  @ArchTest static final ArchRule graph = mayImport(GRAPH);
  @ArchTest static final ArchRule devices = mayImport(DEVICES, GRAPH, JACKSON);
  @ArchTest static final ArchRule kernelsCpu = mayImport(CPU, DEVICES, GRAPH, JACKSON, BYTEDECO);
  @ArchTest static final ArchRule kernelsOpencl = mayImport(OPENCL, DEVICES, GRAPH, JACKSON, JOCL);

  /** It may be missing: it is built where TornadoVM is installed. */
  @ArchTest
  static final ArchRule kernelsTornado =
      mayImport(TORNADO, OPENCL, DEVICES, GRAPH, JACKSON, TORNADOVM);

  /** Which kernels compute a graph is told to others than JOCL, too. */
  @ArchTest static final ArchRule kernelPlans = mayImport(PLANS, DEVICES, GRAPH, JACKSON);

  @ArchTest static final ArchRule stages = mayImport(STAGES, DEVICES, GRAPH, JACKSON);

  @ArchTest
  static final ArchRule orchestrator =
      mayImport(ORCHESTRATOR, STAGES, DEVICES, GRAPH, JACKSON, DISRUPTOR, HISTOGRAM);

  @ArchTest
  static final ArchRule planning =
      mayImport(PLANNING, ORCHESTRATOR, STAGES, DEVICES, GRAPH, JACKSON);

  @ArchTest static final ArchRule lab =
      mayImport(LAB, ORCHESTRATOR, STAGES, DEVICES, GRAPH, JACKSON);

  /** It knows stages and devices only through the orchestrator and the list of devices. */
  @ArchTest
  static final ArchRule app =
      mayImport(APP, LAB, PLANNING, ORCHESTRATOR, DEVICES, JACKSON, PICOCLI, JSON_SCHEMA);

  @ArchTest static final ArchRule jocl = onlyIn(OPENCL, JOCL);
  @ArchTest static final ArchRule bytedeco = onlyIn(CPU, BYTEDECO);
  @ArchTest static final ArchRule tornadoVm = onlyIn(TORNADO, TORNADOVM);
  @ArchTest static final ArchRule disruptor = onlyIn(ORCHESTRATOR, DISRUPTOR);
  @ArchTest static final ArchRule picocli = onlyIn(APP, PICOCLI);
  @ArchTest static final ArchRule jsonSchema = onlyIn(APP, JSON_SCHEMA);

  /** Devices are found by ServiceLoader; the reference device, too, is only asked for by name. */
  @ArchTest
  static final ArchRule noDeviceIsKnownByItsClass =
      noClasses()
          .that()
          .resideInAnyPackage(STAGES, ORCHESTRATOR, PLANNING, LAB, APP, CONFORMANCE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.tandem.kernels..", "dev.tandem.devices.reference..");

  @ArchTest
  static final ArchRule onlyProgramsPrint =
      noClasses().that().resideOutsideOfPackages(APP, CONFORMANCE).should(ACCESS_STANDARD_STREAMS);

  @ArchTest
  static final ArchRule noStaticMutableState =
      fields()
          .that()
          .areStatic()
          .and()
          .areDeclaredInClassesThat(resideInAPackage("dev.tandem.."))
          .should()
          .beFinal();

  @ArchTest
  static final ArchRule roomsHaveNoCycles =
      slices().matching("dev.tandem.(*)..").should().beFreeOfCycles();

  private static ArchRule mayImport(String room, String... others) {
    return classes()
        .that()
        .resideInAPackage(room)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(room, "java..", "javax..", "jdk.jfr..")
                .or(resideInAnyPackage(others))
                .or(not(resideInAnyPackage("..")))) // primitive types have no package
        .allowEmptyShould(true);
  }

  private static ArchRule onlyIn(String room, String library) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(room)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }
}
