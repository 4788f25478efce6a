import json
import os
import tempfile
import textwrap
import time
import unittest

from talflow.context import Context
from talflow.loader import FunctionFailed, call, load

CONTEXT = Context("w/t", "w/t@0/r/0", 1, 0)


class LoaderTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def write(self, name, text):
        path = os.path.join(self.directory.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(text))
        return path

    def failure(self, function, *arguments):
        with self.assertRaises(FunctionFailed) as caught:
            function(*arguments)
        return caught.exception

    def test_calls_the_named_handler(self):
        path = self.write("loader_a.py", "def other(ctx, input): return [ctx.task, input['n'] + 1]")
        self.assertEqual(json.loads(call(load(path, "other"), CONTEXT, {"n": 1}, 100)), ["w/t", 2])

    def test_imports_files_beside_it(self):
        self.write("loader_side.py", "VALUE = 'ä'")
        path = self.write("loader_b.py", "import loader_side\ndef handler(ctx, input): return loader_side.VALUE")
        self.assertEqual(call(load(path), CONTEXT, {}, 100), '"ä"'.encode("utf-8"))

    def test_tells_an_exception_without_its_own_frames(self):
        path = self.write("loader_c.py", "def handler(ctx, input):\n    raise KeyError('k')")
        failed = self.failure(call, load(path), CONTEXT, {}, 100)
        self.assertEqual((failed.error, failed.message), ("Function.Error", "KeyError: 'k'"))
        self.assertIn("in handler", failed.trace)
        self.assertNotIn("loader.py", failed.trace)

    def test_tells_an_error_of_the_import(self):
        path = self.write("loader_d.py", "import no_such_module_anywhere")
        self.assertIn("no_such_module_anywhere", self.failure(load, path).message)

    def test_tells_a_syntax_error(self):
        self.assertIn("SyntaxError", self.failure(load, self.write("loader_e.py", "def handler(:")).message)

    def test_tells_that_the_handler_is_missing(self):
        self.assertIn("no function handler", self.failure(load, self.write("loader_f.py", "x = 1")).message)

    def test_refuses_async_handlers(self):
        path = self.write("loader_g.py", "async def handler(ctx, input): return 1")
        self.assertIn("async", self.failure(load, path).message)

    def test_refuses_what_is_not_json(self):
        for result in ({1}, float("nan"), object(), b"x", "\ud800"):
            failed = self.failure(call, lambda ctx, value: value, CONTEXT, result, 100)
            self.assertEqual(failed.error, "Function.BadResult", repr(result))

    def test_refuses_what_is_too_large(self):
        failed = self.failure(call, lambda ctx, value: "x" * 200, CONTEXT, {}, 100)
        self.assertEqual(failed.error, "Function.ResultTooLarge")


class ContextTest(unittest.TestCase):
    def test_counts_down_to_its_deadline(self):
        self.assertEqual(Context("w/t", "f", 1, 0).remaining(), 0.0)
        self.assertAlmostEqual(Context("w/t", "f", 1, time.time() + 10).remaining(), 10, delta=5)
