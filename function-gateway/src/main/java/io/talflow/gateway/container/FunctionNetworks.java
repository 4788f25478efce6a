package io.talflow.gateway.container;

import io.talflow.gateway.exec.FunctionKey;
import java.util.HashMap;
import java.util.Map;

/**
 * One network for each function whose containers run, so that containers of one cannot reach those of another; removed with
 * the last of them.
 */
final class FunctionNetworks {
    private static final int SUBNETS = 256;

    /**
     * A network.
     *
     * @param gateway this machine's address in it
     */
    record FunctionNetwork(String name, String gateway) {}

    private static final class Use {
        private final FunctionNetwork network;
        private int containers;

        private Use(FunctionNetwork network) {
            this.network = network;
        }
    }

    private final String owner;
    private final String prefix;
    private final Map<FunctionKey, Use> used = new HashMap<>();
    private int next;

    /**
     * @param owner value of {@link Containers#OWNER} on what is created
     * @param prefix the first two numbers of the subnets, which are {@code PREFIX.0.0/24} to {@code PREFIX.255.0/24}
     */
    FunctionNetworks(String owner, String prefix) {
        this.owner = owner;
        this.prefix = prefix;
    }

    /** The function's network, for one container more. */
    synchronized FunctionNetwork enter(Engine engine, FunctionKey key, boolean open) throws EngineFailure {
        Use use = used.get(key);
        if (use == null) {
            use = new Use(create(engine, key, open));
            used.put(key, use);
        }
        use.containers++;
        return use.network;
    }

    /** A container of it is gone, or was not created. */
    synchronized void leave(Engine engine, FunctionKey key) {
        Use use = used.get(key);
        if (--use.containers == 0) {
            used.remove(key);
            engine.networks().remove(use.network.name());
        }
    }

    private FunctionNetwork create(Engine engine, FunctionKey key, boolean open) throws EngineFailure {
        for (int tried = 0; tried < SUBNETS; tried++) {
            int number = next;
            next = (next + 1) % SUBNETS;
            FunctionNetwork network =
                    new FunctionNetwork("talflow-%s-%d".formatted(owner, number), "%s.%d.1".formatted(prefix, number));
            if (engine.networks()
                    .create(new EngineNetworks.Spec(
                            network.name(),
                            open,
                            "%s.%d.0/24".formatted(prefix, number),
                            network.gateway(),
                            Containers.labels(owner, key)))) {
                return network;
            }
        }
        throw new EngineFailure("no subnet of %s.0.0/16 is free for another function's network; set --container-subnets"
                .formatted(prefix));
    }
}
