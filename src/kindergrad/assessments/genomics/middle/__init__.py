"""Two things at once: spacing between words, and bases that pair."""
