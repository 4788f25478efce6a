import socket
import unittest

from talflow.context import Context
from talflow.signals import Gateway, SignalRefused, SignalUnacknowledged
from tests.fake_gateway import LOSE, FakeGateway

UNDECLARED = {"code": "gateway/undeclared-datum", "detail": "f does not declare x", "retryable": False}
UNAVAILABLE = {"code": "gateway/log-unavailable", "detail": "Kafka does not answer", "retryable": True}


class SignalsTest(unittest.TestCase):
    def context(self, *answers):
        self.fake = FakeGateway(*answers)
        self.addCleanup(self.fake.close)
        gateway = Gateway(self.fake.url)
        self.addCleanup(gateway.close)
        return Context("w/t", "w/t@0/f/0", 1, 0, gateway.signals("secret"))

    def sent(self):
        return [(path, body) for path, _, body in self.fake.requests]

    def test_sends_each_signal_with_the_token_on_one_connection(self):
        ctx = self.context()
        ctx.ready("header", {"codec": "h264"})
        ctx.item("chunks", [1])
        ctx.item("chunks", "zwölf")
        self.assertEqual(ctx.close("chunks"), 2)
        self.assertEqual(
            self.sent(),
            [
                ("/v1/runtime/ready/header", {"codec": "h264"}),
                ("/v1/runtime/items/chunks?key=0", [1]),
                ("/v1/runtime/items/chunks?key=1", "zwölf"),
                ("/v1/runtime/streams/chunks:close", {"count": 2}),
            ],
        )
        self.assertEqual({token for _, token, _ in self.fake.requests}, {"Bearer secret"})
        self.assertEqual(self.fake.connections, 1)

    def test_counts_keys_once_and_escapes_them(self):
        ctx = self.context()
        for key in ("a/b c", "ü", "a/b c"):
            ctx.item("chunks", 1, key=key)
        self.assertEqual(ctx.close("chunks"), 2)
        self.assertEqual(self.sent()[0][0], "/v1/runtime/items/chunks?key=a%2Fb%20c")
        self.assertEqual(self.sent()[1][0], "/v1/runtime/items/chunks?key=%C3%BC")

    def test_refuses_keys_on_some_items_only(self):
        ctx = self.context()
        ctx.item("chunks", 1)
        with self.assertRaisesRegex(ValueError, "every item a key, or none"):
            ctx.item("chunks", 2, key="a")

    def test_sends_a_whole_iterable_and_closes_each_stream_at_its_own_number(self):
        ctx = self.context()
        self.assertEqual(ctx.items("a", (n * n for n in range(3))), 3)
        self.assertEqual(ctx.items("b", []), 0)
        self.assertEqual([body for _, body in self.sent()], [0, 1, 4, {"count": 3}, {"count": 0}])

    def test_sends_the_same_again_on_a_new_connection_when_the_answer_is_lost(self):
        ctx = self.context((200, {"id": "x"}), LOSE, LOSE)
        ctx.item("chunks", 1)
        ctx.item("chunks", 2)
        self.assertEqual(ctx.close("chunks"), 2)
        self.assertEqual([path for path, _ in self.sent()][1:4], ["/v1/runtime/items/chunks?key=1"] * 3)
        self.assertEqual(self.fake.connections, 3)

    def test_sends_again_what_may_succeed_later(self):
        ctx = self.context((503, UNAVAILABLE), (503, UNAVAILABLE))
        ctx.ready("header", 1)
        self.assertEqual(len(self.fake.requests), 3)

    def test_raises_what_the_gateway_refuses_and_does_not_count_it(self):
        ctx = self.context((422, UNDECLARED))
        with self.assertRaises(SignalRefused) as caught:
            ctx.item("chunks", 1)
        self.assertEqual((caught.exception.code, caught.exception.detail), (UNDECLARED["code"], UNDECLARED["detail"]))
        ctx.item("chunks", 1)
        self.assertEqual(ctx.close("chunks"), 1)
        self.assertEqual(self.sent()[1][0], "/v1/runtime/items/chunks?key=1")

    def test_says_that_nobody_acknowledged(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        gateway = Gateway("http://127.0.0.1:%d" % port)
        gateway.PATIENCE = 0.2
        with self.assertRaisesRegex(SignalUnacknowledged, "ready/header is not acknowledged"):
            Context("w/t", "f", 1, 0, gateway.signals("secret")).ready("header", 1)

    def test_refuses_what_is_not_json_before_it_is_sent(self):
        ctx = self.context()
        for value in (float("nan"), {1, 2}):
            with self.assertRaisesRegex((TypeError, ValueError), "the value of header is not JSON"):
                ctx.ready("header", value)
        self.assertEqual(self.fake.requests, [])

    def test_says_that_there_is_no_gateway(self):
        with self.assertRaisesRegex(RuntimeError, "no gateway"):
            Context("w/t", "f", 1, 0).ready("header", 1)
