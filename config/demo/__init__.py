"""The demo: a whole make-believe world on one machine. `stage` runs the processes, `prepare` fills the database."""
