"""From the rows of a long table to curves, thresholds, forecasts and beliefs. Knows no biology and no exam."""
