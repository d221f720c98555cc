"""One law a file: a family of learning curves, found because the file lies here and defines ``LAW``."""
