"""Pages: the frame, the charts and the run report. Figures in, HTML out; nothing is computed or read here."""
