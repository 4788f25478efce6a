package io.talflow.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.talflow.gateway", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule NEVER_SEES_FLINK = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.flink..", "io.talflow.flink..", "io.talflow.stack..", "io.talflow.cli..");

    @ArchTest
    static final ArchRule HTTP_IS_AN_EDGE = noClasses()
            .that()
            .resideInAnyPackage(
                    "..journal..",
                    "..exec..",
                    "..invoke..",
                    "..view..",
                    "..bundle..",
                    "..log..",
                    "..history..",
                    "..event..",
                    "..gateway.node..",
                    "..data..",
                    "..runtime..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.javalin..", "io.talflow.gateway.http..");

    @ArchTest
    static final ArchRule THE_JOURNAL_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAPackage("..journal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..gateway.exec..",
                    "..gateway.log..",
                    "..gateway.view..",
                    "..gateway.runtime..",
                    "org.apache.kafka..");
}
