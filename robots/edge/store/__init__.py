"""The ledger, journal, queue and runs in one database: SQLite on a local disk, or PostgreSQL by URL. One code."""

from robots.edge.store.database import Store, open_store

__all__ = ["Store", "open_store"]
