"""Videos: decode → matte track → encode, a segment at a time, in memory that does not grow with the video."""
