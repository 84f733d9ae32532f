"""Operations that take an amount: tones by how much, looks and blurs by what share."""
