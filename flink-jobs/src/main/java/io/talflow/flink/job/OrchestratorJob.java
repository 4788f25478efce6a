package io.talflow.flink.job;

import io.talflow.flink.dispatch.DispatcherFactory;
import io.talflow.flink.route.RouteFunction;
import io.talflow.flink.sink.EventSinkOperator;
import io.talflow.flink.sink.LogReader;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.KafkaIn;
import io.talflow.flink.wire.LogRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.event.Topics;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/** The job: the log and the definitions in; firings, status, history and dead letters out. */
public final class OrchestratorJob {
    public static final String NAME = "talflow-orchestrator";
    private static final OutputTag<Outgoing> OUT = new OutputTag<>("out", TypeInformation.of(Outgoing.class));

    private OrchestratorJob() {}

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        build(env, JobOptions.parse(args));
        env.execute(NAME);
    }

    /** Adds the graph to an environment. */
    public static void build(StreamExecutionEnvironment env, JobOptions options) {
        JobSettings.apply(env, options);
        KafkaConnections kafka = new KafkaConnections(env, options);

        DataStream<Outgoing> routed = kafka.ingress("ingress", KafkaIn.raw())
                .map(new RouteFunction())
                .uid(RouteFunction.UID)
                .name("router");

        SingleOutputStreamOperator<LogRecord> log = kafka.source(Topics.EVENTS, "log", KafkaIn.raw())
                .process(new LogReader(OUT, options.kafka()))
                .uid("log-reader-v1")
                .name("log-reader");
        KeyedStream<LogRecord, String> tasks =
                log.keyBy(record -> record.event().task());
        DataStream<DefinitionRecord> definitions = kafka.source(
                        Topics.DEFINITIONS, "definitions", KafkaIn.definitions())
                .broadcast();

        DataStream<Request> requests =
                KeyedWithBroadcast.connect(env, tasks, definitions, new EventSinkOperator(OUT), Request.class);
        DataStream<Outgoing> rejected = requests.forward()
                .transform("dispatcher", TypeInformation.of(Outgoing.class), new DispatcherFactory(options.gateway()))
                .uid(DispatcherFactory.UID);

        kafka.sink(routed.union(log.getSideOutput(OUT), KeyedWithBroadcast.sideOutput(env, requests, OUT), rejected));
    }
}
