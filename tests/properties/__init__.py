"""Properties that hold on any input, and the engine against its plain twin on random input."""
