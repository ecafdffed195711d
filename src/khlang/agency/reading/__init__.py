"""Reading what offices save: any text table, workbook, Parquet, JSON lines, folder, zip or query, as one stream.

``open_extract`` looks, decides and reports; ``Extract.chunks`` reads. No raw value is written anywhere, and none is
repeated in a message.
"""

from khlang.agency.reading.extract import Extract, open_extract
from khlang.agency.reading.model import DatabaseQuery, Dropped, Finding, ReadOptions

__all__ = ["DatabaseQuery", "Dropped", "Extract", "Finding", "ReadOptions", "open_extract"]
