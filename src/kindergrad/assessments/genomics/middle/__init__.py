"""Sentences of up to 200 letters: several words that must be read together."""
