"""Arithmetic, elementary."""
