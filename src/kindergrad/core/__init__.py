"""The words of kindergrad: errors, names, asks, items, records, scale, seeds, tables, configuration.

Everything else imports from here; this layer imports nothing of the rest.
"""
