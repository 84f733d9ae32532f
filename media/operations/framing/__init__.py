"""Operations that place by shares of what is left over, as CSS does: windows, frames, corners, rectangles, captions."""
