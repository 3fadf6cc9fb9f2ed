"""From house digits to answers, with LiteRT."""
