import numpy as np

from digitcnn.ink.images.cuts import Piece, arrange, pen_of


def faint_piece(left: int) -> Piece:
    """Ink that is nowhere more than half covered, as what is left of a pale ruled line."""
    return Piece(left, 0, np.full((30, 40), 0.4, dtype=np.float32))


def test_faint_pieces_do_not_make_the_pen_vanish():
    bold = Piece(0, 0, np.pad(np.ones((30, 6), dtype=np.float32), 2))
    assert pen_of([faint_piece(0), faint_piece(50), faint_piece(100)]) == 1.0
    assert pen_of([faint_piece(0), faint_piece(50), bold]) == pen_of([bold])


def test_faint_pieces_are_put_in_a_line():
    pieces = [faint_piece(0), faint_piece(50)]
    (line,) = arrange(pieces, pen=pen_of(pieces))
    assert line.height == 30
