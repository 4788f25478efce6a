package io.talflow.flink.job;

import io.talflow.flink.sink.EventSinkOperator;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.transformations.SideOutputTransformation;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.util.OutputTag;

/** An operator of ours with a keyed and a broadcast input, which the stream API offers only to its process functions. */
final class KeyedWithBroadcast {
    private KeyedWithBroadcast() {}

    static <A, B, O> DataStream<O> connect(
            StreamExecutionEnvironment env,
            KeyedStream<A, String> keyed,
            DataStream<B> broadcast,
            TwoInputStreamOperator<A, B, O> operator,
            Class<O> outputType) {
        TwoInputTransformation<A, B, O> transformation = new TwoInputTransformation<>(
                keyed.getTransformation(),
                broadcast.getTransformation(),
                "event-sink",
                SimpleOperatorFactory.of(operator),
                TypeInformation.of(outputType),
                env.getParallelism(),
                false);
        transformation.setStateKeySelectors(keyed.getKeySelector(), null);
        transformation.setStateKeyType(keyed.getKeyType());
        transformation.setUid(EventSinkOperator.UID);
        env.addOperator(transformation);
        return new DataStream<>(env, transformation);
    }

    static <O> DataStream<O> sideOutput(StreamExecutionEnvironment env, DataStream<?> stream, OutputTag<O> tag) {
        return new DataStream<>(env, new SideOutputTransformation<>(stream.getTransformation(), tag));
    }
}
