"""Chapters: kilobases, and what evolution has kept."""
