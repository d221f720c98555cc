"""Report cards: one self-contained HTML page and the terminal text. matplotlib lives only here, and lazily."""
