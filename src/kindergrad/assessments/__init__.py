"""One assessment a file, ``domain/grade/name.py``, found by its constant ``ASSESSMENT``. None imports another."""
