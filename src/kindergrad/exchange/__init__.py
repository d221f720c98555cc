"""Files of others in and out: long tables as CSV and Parquet."""
