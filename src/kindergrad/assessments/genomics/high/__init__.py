"""Paragraphs: whole elements and genes, and the effect of single letters in them."""
