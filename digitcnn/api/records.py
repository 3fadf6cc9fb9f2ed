"""The shapes of requests and replies, as OpenAPI describes them.

A reply has the shape of the command line's JSON lines, which `digitcnn.recognition.results.record_of` makes.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field

from digitcnn.api.limits import MAX_COORDINATE, MAX_OWN_DRAWINGS, MAX_POINTS, MAX_STROKES

Coordinate = Annotated[float, Field(ge=-MAX_COORDINATE, le=MAX_COORDINATE, allow_inf_nan=False)]
Point = tuple[Coordinate, Coordinate]
Stroke = Annotated[list[Point], Field(max_length=MAX_POINTS), FailFast()]


class OwnDigitRecord(BaseModel):
    """A digit of the sender's own hand, and what it is."""

    model_config = ConfigDict(strict=True, extra="forbid")

    strokes: Annotated[
        list[Stroke],
        Field(min_length=1, max_length=MAX_STROKES, description="As for the drawing."),
        FailFast(),
    ]
    label: Annotated[int | None, Field(ge=0, le=9, description="The digit; null: not a digit.")]


class DrawingRecord(BaseModel):
    """Pen strokes to read."""

    model_config = ConfigDict(strict=True, extra="forbid")

    strokes: Annotated[
        list[Stroke],
        Field(
            max_length=MAX_STROKES,
            description="Each is the path of the pen, [[x, y], ...], x right and y down, in any "
            f"units; {MAX_POINTS:,} points in all.",
            examples=[[[[10, 10], [60, 12], [35, 100]]]],
        ),
        FailFast(),
    ]
    expect: Annotated[
        Literal["digit", "number"],
        Field(description='"digit": all the ink is one digit; "number": it is split.'),
    ] = "number"
    own_digits: Annotated[
        list[OwnDigitRecord],
        Field(
            max_length=MAX_OWN_DRAWINGS,
            description="Digits of the same hand. The model learns them first, for this request only: send "
            "them with each.",
        ),
        FailFast(),
    ] = []


class DigitRecord(BaseModel):
    """One segment of ink and the model's answer to it."""

    label: Annotated[int | None, Field(ge=0, le=9, description="The digit; null: not a digit.")]
    confidence: Annotated[float, Field(ge=0, le=1, description="How likely the answer is right.")]
    box: Annotated[
        tuple[float, float, float, float],
        Field(description="x, y, width, height: in pixels of the upright picture, or in the strokes' units."),
    ]
    probabilities: Annotated[
        list[float],
        Field(min_length=10, max_length=10, description="Of the digits 0 to 9, given that it is one."),
    ]
    kind: Literal["handwritten"]


class PrintedRecord(BaseModel):
    """A printed digit, such as that of a time stamp, which is left out of the answer."""

    box: Annotated[
        tuple[float, float, float, float],
        Field(description="x, y, width, height: in pixels of the upright picture."),
    ]
    kind: Literal["printed"]


class PartRecord(BaseModel):
    """The reading of one picture, or the reason why there is none."""

    path: Annotated[str | None, Field(description="Name of the picture as it was sent; null for strokes.")]
    text: Annotated[str, Field(description='The digits, a newline between lines; "" where there is none.')]
    digits: Annotated[
        list[DigitRecord], Field(description="In reading order, including ink that is not a digit.")
    ]
    printed: Annotated[
        list[PrintedRecord], Field(description="Printed digits on a picture, which are left out.")
    ]
    error: Annotated[
        str | None, Field(description="The problem with the request, in one sentence; null: none.")
    ]


class ReadingRecord(PartRecord):
    """The reading of what was sent, or the reason why there is none."""

    parts: Annotated[
        list[PartRecord] | None,
        Field(
            description="The pages of a PDF or the pictures of a ZIP, where there are several; `text`, "
            "`digits` and `printed` are then those of all parts, each box in pixels of its own part."
        ),
    ] = None


class ModelRecord(BaseModel):
    """A model that reads."""

    name: Annotated[str, Field(description="For the parameter `model`.")]
    default: bool
    parameters: Annotated[int, Field(description="Trained weights.")]
    size: Annotated[int, Field(description="Of the model's file, in bytes.")]
    accuracies: Annotated[
        dict[str, float], Field(description="Measured fraction read right, for each kind of input.")
    ]


class Health(BaseModel):
    """The server answers."""

    status: Literal["ok"] = "ok"
    version: str
