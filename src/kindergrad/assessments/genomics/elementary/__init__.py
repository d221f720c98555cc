"""Words with several spellings, codons, frames, starts, and the places where they belong."""
