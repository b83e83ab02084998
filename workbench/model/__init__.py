"""Pure nouns: types, contracts, specs, plans, landscapes. No engine, no I/O but documents."""
