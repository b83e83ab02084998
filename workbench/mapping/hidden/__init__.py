"""Rules hidden in an existing feed, part by part; the front door is `workbench.mapping.rules`."""
