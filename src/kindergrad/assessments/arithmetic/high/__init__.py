"""Arithmetic, high."""
