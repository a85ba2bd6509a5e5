"""Where the published figures come from: benchmarks, and people drawn with known angles."""
