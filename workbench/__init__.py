"""The Mapping Workbench: from raw source data to an integration that lasts."""
