"""Arithmetic, middle."""
