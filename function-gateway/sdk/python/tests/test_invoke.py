import contextlib
import io
import json
import os
import tempfile
import unittest

from talflow.__main__ import main


class InvokeTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "invoked.py")
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("def handler(ctx, input): return 10 / input['n']\n")

    def run_main(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(list(arguments))
            except SystemExit as ended:
                code = ended.code
        return code, out.getvalue(), err.getvalue()

    def test_prints_the_result(self):
        self.assertEqual(self.run_main("invoke", self.path, "--input", '{"n": 4}'), (0, "2.5\n", ""))

    def test_prints_the_trace_of_a_failure(self):
        code, out, err = self.run_main("invoke", self.path, "--input", '{"n": 0}')
        self.assertEqual((code, out), (1, ""))
        self.assertIn("ZeroDivisionError", err)

    def test_says_that_the_input_is_not_json(self):
        self.assertEqual(self.run_main("invoke", self.path, "--input", "{")[0], 2)

    def test_prints_signals(self):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("def handler(ctx, input):\n    ctx.ready('size', 1)\n    return ctx.items('chunks', ['a'])\n")
        code, out, err = self.run_main("invoke", self.path)
        self.assertEqual((code, out), (0, "1\n"))
        self.assertEqual(
            [json.loads(line) for line in err.splitlines()],
            [
                {"signal": "ready", "name": "size", "value": 1},
                {"signal": "item", "name": "chunks", "key": "0", "value": "a"},
                {"signal": "close", "name": "chunks", "count": 1},
            ],
        )
