"""Raw grids → typed tables and findings: where the header is, which kinds a sheet feeds, what each row became."""
