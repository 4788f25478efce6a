package io.talflow.gateway.container;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** What a container prints, from the first byte, for a consumer; {@code ended} when it prints no more. */
final class Printed extends ResultCallback.Adapter<Frame> {
    private final Consumer<byte[]> output;
    private final Runnable ended;
    private final CompletableFuture<Void> attached = new CompletableFuture<>();

    Printed(Consumer<byte[]> output, Runnable ended) {
        this.output = output;
        this.ended = ended;
    }

    /**
     * Podman makes the container of its image when it is attached to, so there an error of that is told, and not by its start.
     *
     * @throws ContainerRefused if the engine refuses, or does not answer in time
     */
    void awaitAttached(Duration patience) throws ContainerRefused, InterruptedException {
        try {
            attached.get(patience.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new ContainerRefused("start a container", e.getCause());
        } catch (TimeoutException e) {
            throw new ContainerRefused(
                    "start a container", new TimeoutException("it does not attach to it within " + patience));
        }
    }

    @Override
    public void onStart(Closeable stream) {
        super.onStart(stream);
        attached.complete(null);
    }

    @Override
    public void onNext(Frame frame) {
        output.accept(frame.getPayload());
    }

    @Override
    public void onComplete() {
        super.onComplete();
        ended.run();
    }

    @Override
    public void onError(Throwable error) {
        super.onError(error);
        attached.completeExceptionally(error);
        ended.run();
    }
}
