"""Arithmetic, college."""
