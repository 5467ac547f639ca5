"""An invented team's ledgers as they really look: the demo's input, made by `make`."""
