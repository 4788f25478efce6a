package io.talflow.stack;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The class path of a Flink binary distribution's {@code lib/}, out of the artifacts that this test's class path has: the
 * modules that {@code flink-dist} bundles, and {@code flink-cep}. Left out is what the job does not touch: tables,
 * formats, connectors.
 */
final class Distribution {
    /** Artifact ids; {@code flink-dist} bundles all of them but flink-cep and log4j, which lie beside it. */
    private static final List<String> ARTIFACTS = List.of(
            "flink-annotations",
            "flink-cep",
            "flink-clients",
            "flink-connector-base",
            "flink-connector-datagen",
            "flink-core",
            "flink-core-api",
            "flink-datastream",
            "flink-datastream-api",
            "flink-file-sink-common",
            "flink-hadoop-fs",
            "flink-metrics-core",
            "flink-queryable-state-client-java",
            "flink-rpc-akka-loader",
            "flink-rpc-core",
            "flink-runtime",
            "flink-runtime-web",
            "flink-shaded-asm-9",
            "flink-shaded-guava",
            "flink-shaded-jackson",
            "flink-shaded-netty",
            "flink-shaded-zookeeper-3",
            "flink-statebackend-rocksdb",
            "flink-streaming-java",
            "frocksdbjni",
            "async-profiler",
            "commons-cli",
            "commons-compress",
            "commons-io",
            "commons-lang3",
            "commons-math3",
            "commons-text",
            "javassist",
            "jsr305",
            "kryo",
            "log4j-api",
            "log4j-core",
            "log4j-slf4j2-impl",
            "lz4-java",
            "minlog",
            "objenesis",
            "reflectasm",
            "slf4j-api",
            "snakeyaml-engine",
            "snappy-java");

    private Distribution() {}

    static String classPath() {
        Pattern wanted = Pattern.compile("(" + String.join("|", ARTIFACTS) + ")-\\d[^/\\\\]*\\.jar");
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> wanted.matcher(new File(entry).getName()).matches())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
