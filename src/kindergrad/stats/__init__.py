"""Statistics as pure arrays: arrays in, arrays or named tuples out; NumPy and SciPy only. No word of biology."""
