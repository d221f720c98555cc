"""One engine or adapter a file, found by its constant ``ENGINES``. Engines never see an assessment."""
