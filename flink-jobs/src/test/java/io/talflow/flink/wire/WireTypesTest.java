package io.talflow.flink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("What crosses the job's graph")
class WireTypesTest {
    private static final SerializerConfigImpl NO_GENERIC_TYPES =
            new SerializerConfigImpl(new Configuration().set(PipelineOptions.GENERIC_TYPES, false));

    static List<Class<?>> records() {
        return new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages(WireTypesTest.class.getPackageName())
                        .stream()
                        .filter(JavaClass::isRecord)
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
    }

    @Test
    @DisplayName("is found by this test")
    void theRecordsAreFound() {
        assertThat(records())
                .contains(DefinitionRecord.class, LogRecord.class, Outgoing.class, RawRecord.class, Request.class);
    }

    @ParameterizedTest
    @MethodSource("records")
    @DisplayName("is no generic type, in no part")
    void noPartIsAGenericType(Class<?> type) {
        assertThatCode(() -> TypeInformation.of(type).createSerializer(NO_GENERIC_TYPES))
                .doesNotThrowAnyException();
    }

    @Test
    @DisplayName("would be refused if it were one")
    void aGenericTypeIsRefused() {
        assertThat(TypeInformation.of(Object.class))
                .satisfies(generic -> assertThatCode(() -> generic.createSerializer(NO_GENERIC_TYPES))
                        .isInstanceOf(UnsupportedOperationException.class));
    }
}
