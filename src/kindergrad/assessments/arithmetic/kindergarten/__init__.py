"""Arithmetic, kindergarten."""
