package io.talflow.gateway.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.talflow.gateway.journal.Firing;
import io.talflow.gateway.journal.FiringKey;
import io.talflow.gateway.journal.Outcome;
import io.talflow.gateway.runtime.Access;
import io.talflow.tal.Json;
import io.talflow.tal.model.Function;
import io.talflow.tal.model.Position;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An http function's destination")
class DestinationsTest {
    private static final Map<String, String> NAMES = Map.of(
            "inside.example", "10.1.2.3",
            "metadata.example", "169.254.169.254",
            "loop.example", "127.0.0.1",
            "mapped.example", "::ffff:192.168.0.1",
            "six.example", "fd00:ec2::254");

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger connections = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server =
                HttpServer.create(new InetSocketAddress(0), 0); // on every address, so that whatever leads here arrives
        server.createContext("/", exchange -> {
            connections.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/away", exchange -> {
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:%d/".formatted(port()));
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        timer.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1",
                "127.255.255.254",
                "2130706433",
                "0x7f000001",
                "0x7f.0.0.1",
                "0177.0.0.1",
                "017700000001",
                "localhost",
                "LOCALHOST",
                "localhost.",
                "0.0.0.0",
                "0",
                "10.0.0.1",
                "10.255.255.255",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "169.254.169.254",
                "169.254.1.1",
                "192.0.0.8",
                "192.0.2.1",
                "198.18.0.1",
                "224.0.0.1",
                "239.255.255.250",
                "240.0.0.1",
                "255.255.255.255",
                "[::1]",
                "[::]",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[::ffff:169.254.169.254]",
                "[::127.0.0.1]",
                "[64:ff9b::10.0.0.1]",
                "[2002:7f00:1::]",
                "[2001::1]",
                "[fc00::1]",
                "[fd00:ec2::254]",
                "[fe80::1]",
                "[fec0::1]",
                "[ff02::1]",
                "inside.example",
                "metadata.example",
                "loop.example",
                "mapped.example",
                "six.example",
                "user@127.0.0.1",
                "evil.example@127.0.0.1",
                "127.0.0.1#.public.example",
            })
    void isNotCalledUnlessItIsPublic(String host) throws Exception {
        Map<String, Object> failure =
                call(Destinations.PUBLIC, DestinationsTest::lookup, "http://%s:%d/".formatted(host, port()));
        assertThat(failure.get("error")).as(String.valueOf(failure)).isIn("Http.NotAllowed", "Http.Unreachable");
        assertThat(connections).hasValue(0);
    }

    @Test
    void thatIsRefusedSaysWhyAndWhatToDo() throws Exception {
        assertThat(call(Destinations.PUBLIC, DestinationsTest::lookup, "http://metadata.example/latest"))
                .containsEntry("error", "Http.NotAllowed")
                .containsEntry("retryable", false)
                .containsEntry(
                        "message",
                        "http://metadata.example/latest: this node does not call metadata.example: 169.254.169.254 is a"
                                + " link-local address; its operator can allow it by --http-allow metadata.example:80");
    }

    @ParameterizedTest
    @CsvSource({
        "loopback, 127.0.0.1",
        "loopback, [::ffff:127.0.0.1]",
        "loop.example, loop.example",
        "LOOP.example:PORT, loop.EXAMPLE",
        "*.example, loop.example",
        "127.0.0.1, loop.example",
        "127.0.0.1:PORT, 2130706433",
    })
    void isCalledIfItIsListed(String allowed, String host) throws Exception {
        Destinations destinations = Destinations.parse(allowed.replace("PORT", String.valueOf(port())));
        assertThat(call(destinations, DestinationsTest::lookup, "http://%s:%d/".formatted(host, port())))
                .isEmpty();
        assertThat(connections).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource({
        "loop.example:1, loop.example",
        "oop.example, loop.example",
        "*.loop.example, loop.example",
        "*.ample, loop.example",
        "loopback, inside.example",
        "127.0.0.2, loop.example",
    })
    void isNotCalledIfSomethingElseIsListed(String allowed, String host) throws Exception {
        assertThat(call(Destinations.parse(allowed), DestinationsTest::lookup, "http://%s:%d/".formatted(host, port())))
                .containsEntry("error", "Http.NotAllowed");
        assertThat(connections).hasValue(0);
    }

    @Test
    void thatAllowedOneRedirectsToIsNotFollowed() throws Exception {
        Destinations one = Destinations.parse("loop.example:" + port());
        assertThat(call(one, DestinationsTest::lookup, "http://loop.example:%d/away".formatted(port())))
                .containsEntry("error", "Http.302");
        assertThat(connections).hasValue(0);
    }

    @Test
    void isLookedUpOnceSoThatASecondAnswerCannotLeadElsewhere() throws Exception {
        Deque<String> answers = new ArrayDeque<>(List.of("93.184.215.14", "127.0.0.1"));
        List<InetAddress> checked = Destinations.PUBLIC.resolve(
                "rebound.example", 80, host -> new InetAddress[] {InetAddress.getByName(answers.poll())});
        assertThat(checked).containsExactly(InetAddress.getByName("93.184.215.14"));
        assertThat(answers).containsExactly("127.0.0.1");
        assertThatThrownBy(() -> Destinations.PUBLIC.resolve(
                        "rebound.example", 80, host -> new InetAddress[] {InetAddress.getByName(answers.poll())}))
                .isInstanceOf(Destinations.Refused.class);
    }

    @Test
    void withSomeAddressesThatMayBeUsesThoseAlone() throws Exception {
        InetAddress may = InetAddress.getByName("2606:4700::1");
        InetAddress[] both = {InetAddress.getByName("10.0.0.1"), may};
        assertThat(Destinations.PUBLIC.resolve("both.example", 443, host -> both))
                .containsExactly(may);
    }

    @Test
    void isWrittenInOneForm() {
        assertThat(Destinations.parse("")).isEqualTo(Destinations.PUBLIC);
        assertThat(Destinations.parse(" loopback , In.House:80,[fd00::1]:8080").allowed())
                .containsExactly(new Destinations.Allowed("in.house", 80), new Destinations.Allowed("fd00::1", 8080));
        for (String wrong : List.of("http://x", "a b", "x:99999", "x:", ",", "*", "*.", "10.0.0.0/8")) {
            assertThatThrownBy(() -> Destinations.parse(wrong)).as(wrong).hasMessageContaining("--http-allow");
        }
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private static InetAddress[] lookup(String host) throws UnknownHostException {
        String address = NAMES.get(host.toLowerCase(java.util.Locale.ROOT));
        if (address == null && host.endsWith(".example")) {
            throw new UnknownHostException(host);
        }
        return InetAddress.getAllByName(address == null ? host : address);
    }

    /** The failure's data; empty if it succeeded. */
    private Map<String, Object> call(Destinations destinations, Destinations.Lookup lookup, String url)
            throws Exception {
        try (HttpExecutor executor = new HttpExecutor(destinations, lookup, timer, Clock.systemUTC())) {
            Function function = Function.of(
                    "f", new Function.Executor.Http(url), Map.of(), Duration.ofSeconds(20), new Position(1, 1));
            Access access = new Access(new Access.Urls("http://local:1", "http://advertised:1"), "token");
            Firing firing = new Firing(new FiringKey("w/t@0/r/0", 1), "w/t", "w", "v", "f", "f", new byte[] {'1'});
            Outcome outcome = executor.run(new FunctionCall(firing, function, access))
                    .outcome()
                    .get(30, TimeUnit.SECONDS);
            return outcome instanceof Outcome.Failed failed ? Json.parseObject(failed.data()) : Map.of();
        }
    }
}
