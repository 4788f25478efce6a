package io.talflow.flink.job;

import io.talflow.flink.define.DefinitionsTopic;
import io.talflow.flink.dispatch.DispatchOptions;
import io.talflow.flink.dispatch.DispatcherFactory;
import io.talflow.flink.node.KafkaNodes;
import io.talflow.flink.node.NodeFeed;
import io.talflow.flink.route.RouterOperator;
import io.talflow.flink.schedule.ScheduleOperator;
import io.talflow.flink.sink.EventSinkOperator;
import io.talflow.flink.sink.LogReader;
import io.talflow.flink.wire.DefinitionRecord;
import io.talflow.flink.wire.KafkaIn;
import io.talflow.flink.wire.LogRecord;
import io.talflow.flink.wire.Outgoing;
import io.talflow.flink.wire.Request;
import io.talflow.tal.event.Topics;
import io.talflow.tal.place.Placement;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/** The job: the log, the ingress and the definitions in; firings, starts, status, history and dead letters out. */
public final class OrchestratorJob {
    public static final String NAME = "talflow-orchestrator";
    private static final TypeInformation<Outgoing> OUTGOING = TypeInformation.of(Outgoing.class);
    private static final OutputTag<Outgoing> OUT = new OutputTag<>("out", OUTGOING);

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
        TwoInputs operators = new TwoInputs(env);
        NodeFeed nodes = new KafkaNodes(options.kafka());
        DefinitionsTopic definitionsTopic = new DefinitionsTopic(options.kafka());
        DataStream<DefinitionRecord> definitions =
                kafka.source(Topics.DEFINITIONS, "definitions", KafkaIn.definitions());

        DataStream<Outgoing> routed = operators.connect(
                new TwoInputs.Name("router", RouterOperator.UID),
                kafka.ingress("ingress", KafkaIn.raw()),
                definitions.broadcast(),
                new RouterOperator(definitionsTopic),
                Outgoing.class);
        DataStream<Outgoing> scheduled = definitions
                .global()
                .transform("schedule", OUTGOING, new ScheduleOperator(definitionsTopic))
                .uid(ScheduleOperator.UID)
                .forceNonParallel();

        SingleOutputStreamOperator<LogRecord> log = kafka.log(KafkaIn.raw())
                .process(new LogReader(OUT, options.kafka()))
                .uid("log-reader-v1")
                .name("log-reader");
        KeyedStream<LogRecord, String> tasks =
                log.keyBy(record -> record.event().task());
        DataStream<Request> requests = operators.connect(
                new TwoInputs.Name("event-sink", EventSinkOperator.UID),
                tasks,
                definitions.broadcast(),
                new EventSinkOperator(OUT, nodes, Placement.SPREAD),
                Request.class);
        DataStream<Outgoing> rejected = requests.forward()
                .transform(
                        "dispatcher",
                        OUTGOING,
                        new DispatcherFactory(new DispatchOptions(
                                options.access(), nodes, Placement.SPREAD, options.nodeTimeoutSeconds())))
                .uid(DispatcherFactory.UID);

        DataStream<Outgoing> emitted = kafka.guarded(operators.sideOutput(requests, EventSinkOperator.EMITTED));

        // A sink by itself is chained to what it writes, so that a record goes from there to the broker.
        kafka.sink("kafka-tasks", operators.sideOutput(requests, OUT));
        kafka.sink("kafka-routed", routed);
        kafka.sink("kafka", scheduled.union(log.getSideOutput(OUT), emitted, rejected));
    }
}
