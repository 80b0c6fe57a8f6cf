"""Training in the sandbox: twelve exercises on real cases of it, each passed by its result and never by having looked."""
