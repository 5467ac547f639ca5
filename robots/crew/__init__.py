"""The robots, one file each. Being here is being known; `config/robots.toml` says when each works."""
