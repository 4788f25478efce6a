package io.talflow.cli;

import io.talflow.stack.Stack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One embedded stack for all tests that ask for a {@link Talflow}, started with the first and stopped after the last. What a
 * test leaves running is cancelled: its functions would hold the node's places, and every test that comes after would fail
 * with it.
 */
final class SharedStack implements ParameterResolver, AfterEachCallback {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Talflow.class;
    }

    @Override
    public Talflow resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return store(context)
                .getOrComputeIfAbsent(Started.class, type -> Started.now(), Started.class)
                .talflow();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Started started = store(context).get(Started.class, Started.class);
        if (started != null) {
            Api api = started.talflow().api();
            Output.rows(api.tasks("?status=RUNNING"), "tasks")
                    .forEach(task -> api.cancel(String.valueOf(task.get("task"))));
        }
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getRoot().getStore(ExtensionContext.Namespace.create(SharedStack.class));
    }

    private record Started(Stack stack, Path data) implements AutoCloseable {
        static Started now() {
            try {
                Path data = Files.createTempDirectory("talflow-");
                return new Started(Stack.start(data).orElseThrow(), data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Talflow talflow() {
            return new Talflow(stack.url(), stack.kafka());
        }

        @Override
        public void close() throws IOException {
            stack.close();
            try (Stream<Path> files = Files.walk(data)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
