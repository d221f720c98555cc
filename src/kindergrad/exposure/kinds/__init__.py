"""Matchers, one kind a file, found by name: ``{ name = "Chi", kind = "word" }`` is looked for by ``word.py``.

A matcher of DNA offers ``scanner(concepts) -> Scanner``: it gets all concepts of its kind at once, so that one pass
serves them all.
"""
