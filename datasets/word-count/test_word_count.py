"""The functions one after the other, as the workflow joins them, against tr, sort and uniq. Run: python3 -m unittest"""
import os
import subprocess
import tempfile
import unittest

import count
import merge
import report
import shuffle
import split


def words(path, **options):
    options = {"path": path, "all": True, **options}
    slices = split.handler(None, options)["chunks"]
    counts = [count.handler(None, piece) for piece in slices]
    parts = shuffle.handler(None, {"input": options, "counts": counts})["parts"]
    merged = [merge.handler(None, part) for part in parts]
    return slices, report.handler(None, {"input": options, "merged": merged})


def independent(path):
    command = "tr -cs 'A-Za-z' '\\n' < \"$1\" | tr A-Z a-z | sort | uniq -c"
    lines = subprocess.run(["sh", "-c", command, "sh", path], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in lines.splitlines())
    return {pair[1]: int(pair[0]) for pair in pairs if len(pair) == 2}


class WordCountTest(unittest.TestCase):
    def setUp(self):
        file = tempfile.NamedTemporaryFile(delete=False)
        file.write(b"The cat's cat, CAT!\n\xc3\xa9t\xc3\xa9 x1y " + b"abc " * 500 + b"z" * 9000 + b" end")
        file.close()
        self.path = file.name
        self.addCleanup(os.remove, file.name)

    def test_equals_an_independent_count_whatever_the_slices(self):
        expected = independent(self.path)
        for size in (1, 7, 100, 5000, 1 << 20):
            with self.subTest(slice_bytes=size):
                self.assertEqual(words(self.path, sliceBytes=size)[1]["counts"], expected)

    def test_the_number_of_merges_changes_nothing(self):
        self.assertEqual(words(self.path, merges=1)[1], words(self.path, merges=13)[1])

    def test_says_where_it_found_no_text(self):
        with self.assertRaisesRegex(ValueError, "no text file at .*nowhere"):
            split.handler(None, {"path": "nowhere"})


if __name__ == "__main__":
    unittest.main()
