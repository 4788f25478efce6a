import unittest

import hello


class HelloTest(unittest.TestCase):
    def test_greets(self):
        self.assertEqual(hello.handler(None, {"who": "world"}), {"greeting": "Hello, world!"})


if __name__ == "__main__":
    unittest.main()
