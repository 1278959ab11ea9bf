"""Work over many items: files and videos, labelled data, evaluate, tune, calibrate, timing."""
