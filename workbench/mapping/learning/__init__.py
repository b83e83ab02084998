"""Learning by example, part by part; the front door is `workbench.mapping`."""
