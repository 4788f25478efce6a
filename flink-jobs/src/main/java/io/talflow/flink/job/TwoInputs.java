package io.talflow.flink.job;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.transformations.SideOutputTransformation;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.util.OutputTag;

/** Operators of ours with a broadcast input, which the stream API offers only to its process functions. */
final class TwoInputs {
    private final StreamExecutionEnvironment env;

    TwoInputs(StreamExecutionEnvironment env) {
        this.env = env;
    }

    /** What to call an operator, and what its state is bound to. */
    record Name(String name, String uid) {}

    <A, B, O> DataStream<O> connect(
            Name name,
            DataStream<A> first,
            DataStream<B> broadcast,
            TwoInputStreamOperator<A, B, O> operator,
            Class<O> outputType) {
        TwoInputTransformation<A, B, O> transformation = new TwoInputTransformation<>(
                first.getTransformation(),
                broadcast.getTransformation(),
                name.name(),
                SimpleOperatorFactory.of(operator),
                TypeInformation.of(outputType),
                env.getParallelism(),
                false);
        if (first instanceof KeyedStream<A, ?> keyed) {
            transformation.setStateKeySelectors(keyed.getKeySelector(), null);
            transformation.setStateKeyType(keyed.getKeyType());
        }
        transformation.setUid(name.uid());
        env.addOperator(transformation);
        return new DataStream<>(env, transformation);
    }

    <O> DataStream<O> sideOutput(DataStream<?> stream, OutputTag<O> tag) {
        return new DataStream<>(env, new SideOutputTransformation<>(stream.getTransformation(), tag));
    }
}
