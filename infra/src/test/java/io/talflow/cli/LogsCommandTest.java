package io.talflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("talflow logs, of a gateway whose answers are given")
class LogsCommandTest {
    private static final String ENTRY =
            "{\"node\":\"n1\",\"firing\":\"w/t@0/r/0\",\"attempt\":1,\"function\":\"f\",\"text\":\"hi\\n\",\"truncated\":false}";
    private static final String GONE = "\"unreachable\":{\"n2\":\"node n2 does not answer\"}";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpServer gateway;
    private String logs = "";
    private boolean breaksOff;

    @BeforeEach
    void start() throws IOException {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/", exchange -> answer(exchange, "{}", false));
        gateway.createContext("/v1/tasks/w/t/logs", exchange -> answer(exchange, logs, breaksOff));
        gateway.start();
    }

    @AfterEach
    void stop() {
        gateway.stop(0);
    }

    private static void answer(HttpExchange exchange, String text, boolean breaksOff) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(200, breaksOff ? body.length + 1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().flush();
        exchange.close();
    }

    private int run(String... more) {
        String[] arguments = new String[more.length + 4];
        System.arraycopy(new String[] {"logs", "w/t", "--url", url()}, 0, arguments, 0, 4);
        System.arraycopy(more, 0, arguments, 4, more.length);
        return Main.execute(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    private String url() {
        return "http://127.0.0.1:" + gateway.getAddress().getPort();
    }

    @Test
    void saysWhoseLogsAreMissing() {
        logs = "{\"logs\":[%s],%s}".formatted(ENTRY, GONE);
        assertThat(run()).isZero();
        assertThat(out.toString()).isEqualTo("f | hi\n");
        assertThat(err.toString()).isEqualTo("what was printed on n2 may be missing: node n2 does not answer\n");
    }

    @Test
    void saysSoWhileItFollowsToo() {
        logs = "{%s}\n\n%s\n".formatted(GONE, ENTRY);
        assertThat(run("--follow")).isZero();
        assertThat(out.toString()).isEqualTo("f | hi\n");
        assertThat(err.toString()).isEqualTo("what was printed on n2 may be missing: node n2 does not answer\n");
    }

    @Test
    void givesWhatTheGatewayTellsAsJson() {
        logs = "{%s}\n%s\n".formatted(GONE, ENTRY);
        assertThat(run("--follow", "--output", "json")).isZero();
        assertThat(out.toString()).isEqualTo(logs);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void doesNotTakeAnAnswerThatIsCutOffForTheEnd() {
        logs = ENTRY + "\n";
        breaksOff = true;
        assertThat(run("--follow")).isEqualTo(3);
        assertThat(out.toString()).isEqualTo("f | hi\n");
        assertThat(err.toString()).contains("the gateway at " + url() + " is gone");
    }
}
