package io.talflow.tal;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.talflow.tal", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule KNOWS_NO_RUNTIME = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.flink..",
                    "org.apache.kafka..",
                    "org.apache.hc..",
                    "java.net.http..",
                    "io.javalin..",
                    "io.talflow.flink..",
                    "io.talflow.gateway..");

    @ArchTest
    static final ArchRule MODEL_STANDS_ALONE = noClasses()
            .that()
            .resideInAPackage("io.talflow.tal.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.talflow.tal.parse..",
                    "io.talflow.tal.check..",
                    "io.talflow.tal.print..",
                    "io.talflow.tal.importer..",
                    "io.talflow.tal.dag..",
                    "io.talflow.tal.cel..",
                    "io.talflow.tal.semantics..");

    @ArchTest
    static final ArchRule CEL_STAYS_IN_ITS_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackage("io.talflow.tal.cel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.cel..");

    @ArchTest
    static final ArchRule YAML_IS_READ_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("io.talflow.tal.parse..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.snakeyaml..");

    @ArchTest
    static final ArchRule EXECUTION_READS_NO_DOCUMENTS = noClasses()
            .that()
            .resideInAPackage("io.talflow.tal.semantics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.talflow.tal.check..", "io.talflow.tal.importer..", "io.talflow.tal.dag..");
}
