package io.talflow.flink;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.talflow.flink", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule NEVER_SEES_THE_GATEWAY = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.talflow.gateway..", "io.talflow.stack..", "io.talflow.cli..");

    @ArchTest
    static final ArchRule ONLY_ONE_PACKAGE_TOUCHES_CEP = noClasses()
            .that()
            .resideOutsideOfPackage("io.talflow.flink.cep..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.flink.cep..");

    @ArchTest
    static final ArchRule MATCHING_KNOWS_NO_KAFKA_AND_NO_HTTP = noClasses()
            .that()
            .resideInAPackage("io.talflow.flink.cep..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.kafka..", "org.apache.hc..", "io.talflow.flink.(sink|dispatch|route|job)..");

    @ArchTest
    static final ArchRule OPERATORS_DO_NOT_BUILD_THE_JOB = noClasses()
            .that()
            .resideOutsideOfPackage("io.talflow.flink.job..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.talflow.flink.job..");

    @ArchTest
    static final ArchRule WHAT_CROSSES_THE_GRAPH_KNOWS_NO_OPERATOR = noClasses()
            .that()
            .resideInAPackage("io.talflow.flink.wire..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.talflow.flink.(sink|dispatch|route|job|cep)..");

    @ArchTest
    static final ArchRule READS_NO_CLOCK = noClasses()
            .that()
            .resideInAnyPackage("io.talflow.flink.cep..", "io.talflow.flink.sink..", "io.talflow.flink.route..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now");
}
