"""Arithmetic, frontier."""
