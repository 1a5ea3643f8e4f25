"""Tables: plain ones, and regression tables as journals print them."""

from confstudy.show.tables.plain import Table, model_table

__all__ = ["Table", "model_table"]
