"""The Data page's panels for one data set."""

import numpy as np
import streamlit as st

from digitcnn.classes import DIGITS
from digitcnn.lab.datasets.sources import PENS, find_dataset, is_ink, title_of
from digitcnn.lab.datasets.summary import SAMPLES, DataSummary
from digitcnn.lab.datasets.views import augment_samples
from digitcnn.web.charts.data import draw_counts, draw_histogram, draw_ink
from digitcnn.web.charts.show import show_chart
from digitcnn.web.images import sheet_of_digits, stretch_contrast
from digitcnn.web.text import escape_markdown, format_percent, join_words

_ABOUT_PENS = (
    "Digits written with a pen on a tablet and kept as strokes, so that they can be drawn with any "
    "pen; here with the one of the Draw page. [UCI's pen-based digits](https://doi.org/10.24432/C5MG6K) by "
    "E. Alpaydin and F. Alimoglu, and where they are at hand those of UNIPEN, International Unipen "
    "Foundation, CC BY 4.0."
)

PER_ROW = 15
_ORIGINALS, _DISTORTED = 6, 11
_PURPOSES = {"train": "training", "training": "training", "validation": "validation", "test": "testing"}


def show_counts(name: str, summary: DataSummary) -> None:
    """How many images there are, in all and of each class."""
    about = _ABOUT_PENS if name == PENS else find_dataset(name).about
    st.markdown(escape_markdown(about) if name != PENS and find_dataset(name).own else about)
    with st.container(horizontal=True, gap="large", key="data-numbers"):
        for part in summary.parts:
            st.metric(f"For {_PURPOSES.get(part.name, part.name)}", f"{sum(part.counts):,}", width="content")
        if summary.writers:
            st.metric("Writers", f"{summary.writers:,}", width="content")
        st.metric("Each", "28 × 28 pixels", width="content")
    counts = summary.parts[0].counts
    noun = _noun(summary)
    rare, common = (summary.classes[counts.index(most)] for most in (min(counts), max(counts)))
    show_chart(
        draw_counts(summary.parts, summary.classes),
        key=f"data.counts-{name}",
        alt=f"How many there are of each {noun}: most of {common}, fewest of {rare}",
    )
    caption = (
        f"How many of each {noun}. For training there are most of {escape_markdown(common)} "
        f"({max(counts):,}) and fewest of {escape_markdown(rare)} ({min(counts):,})."
    )
    if summary.measured[0] < sum(counts):
        caption += (
            f" The pictures and figures below come from {summary.measured[0]:,} training and "
            f"{summary.measured[1]:,} test drawings, as many of each digit as there are or as can be drawn "
            "quickly."
        )
    st.caption(caption)


@st.fragment
def show_samples(name: str, summary: DataSummary) -> None:
    """A few of each class; a button shows others."""
    turn = st.session_state.get("data.sample-page", 0)
    columns = (np.arange(PER_ROW) + turn * PER_ROW) % SAMPLES
    st.image(
        sheet_of_digits(summary.samples[:, columns]),
        width="stretch",
        alt=f"{PER_ROW} samples of each {_noun(summary)}, a row for each from {summary.classes[0]} to "
        f"{summary.classes[-1]}, from {title_of(name)}",
    )
    st.button(
        "Others", icon=":material/shuffle:", on_click=_turn, args=("data.sample-page",), key="data.others"
    )


def show_averages(name: str, summary: DataSummary) -> None:
    """The mean of each class, and where its images differ."""
    noun, title = _noun(summary), title_of(name)
    ends = f"{summary.classes[0]} to {summary.classes[-1]}"
    show_sheet(
        sheet_of_digits(in_rows(stretch_contrast(summary.means))),
        f"The average image of each {noun}, {ends}, {title}",
        f"The average of each {noun}: all of its images laid over one another.",
    )
    show_sheet(
        sheet_of_digits(in_rows(stretch_contrast(summary.deviations))),
        f"Where the images of each {noun} differ from one another, {ends}, {title}",
        "Where they vary: the more ink, the more the images differ there (standard deviation).",
    )
    worst = int(np.nanargmin(summary.own_mean))
    st.caption(
        f"Reading each test image as the nearest of these {len(summary.classes)} averages is right for "
        f"{format_percent(summary.near_own)} of them, and least often for "
        f"{escape_markdown(summary.classes[worst])}: "
        f"{format_percent(float(summary.own_mean[worst]))}. A CNN has to be better than that."
    )


def show_pixels(name: str, summary: DataSummary) -> None:
    """The gray histogram, and how much ink each class has."""
    gray_histogram, ink = st.columns(2, gap="medium")
    bare = float(summary.gray_histogram[0])
    medians, noun = summary.ink[:, 2], _noun(summary)
    heavy, light = summary.classes[medians.argmax()], summary.classes[medians.argmin()]
    with gray_histogram:
        show_chart(
            draw_histogram(summary),
            key=f"data.gray_histogram-{name}",
            alt=f"How many pixels are how dark: {format_percent(bare)} are bare paper or almost",
        )
        st.caption(
            f"How dark pixels are, on a square-root scale: {format_percent(bare)} are bare paper or almost. "
            f"Their mean is {summary.mean:.4f}, their standard deviation {summary.deviation:.4f}."
        )
    with ink:
        show_chart(
            draw_ink(summary),
            key=f"data.ink-{name}",
            alt=f"How much of the field is ink for each {noun}: most for {heavy}, least for {light}",
        )
        st.caption(
            f"How much of the field is ink: the median of each {noun}, half of its images (bar) and nine "
            f"in ten (line). Most have {escape_markdown(heavy)}, least {escape_markdown(light)}."
        )


def show_outliers(name: str, summary: DataSummary) -> None:
    """The images furthest from their class's mean, and pairs that are nearly the same."""
    noun = _noun(summary)
    show_sheet(
        sheet_of_digits(summary.outliers),
        f"Of each {noun} the {summary.outliers.shape[1]} images furthest from its average, {title_of(name)}",
        f"A row for each {noun} with the images furthest from its average, the furthest first: bold, "
        "slanted, badly cropped, or simply mislabeled. A model learns from them, too.",
    )
    if not len(summary.near_duplicates):
        return
    st.markdown("**Near-duplicates**")
    show_sheet(
        sheet_of_digits(summary.near_duplicates.transpose(1, 0, 2, 3)),
        f"The {len(summary.near_duplicates)} pairs of images that are most alike, one above the other",
        f"The pairs that are most alike, one above the other. {_format_duplicates(summary)}",
    )


@st.fragment
def show_augmentation(name: str, summary: DataSummary) -> None:
    """A slider for the strength of distortion, and what it does to some digits."""
    st.caption(
        "`reader` never sees the same image twice: in every epoch each one is rotated, stretched, bent, "
        "thickened or thinned, blurred and cropped differently, as hands, pens and cameras do it. It trains "
        "with strength 1."
        if is_ink(name)
        else "A model that is trained with augmentation sees each picture shifted by up to two pixels, "
        "differently in every epoch, and mirrored where its mirror image is of the same class."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        strength = st.slider("Strength", 0.0, 2.0, 1.0, 0.1, key="data.strength", width=420)
        st.button(
            "Again", icon=":material/refresh:", on_click=_turn, args=("data.again-seed",), key="data.again"
        )
    seed = st.session_state.get("data.again-seed", 0)
    digits = np.random.default_rng(seed).permutation(len(summary.classes))[:_ORIGINALS]
    originals = summary.samples[digits, seed % SAMPLES]
    # One batch for all: the first of a batch is as likely to be distorted as any other.
    made = augment_samples(name, originals.repeat(_DISTORTED, axis=0), strength=strength, seed=seed)
    made = made.reshape(_ORIGINALS, _DISTORTED, 28, 28)
    show_sheet(
        sheet_of_digits(np.concatenate([originals[:, np.newaxis], made], axis=1)),
        f"Six {'digits' if summary.classes == DIGITS else 'images'}, and eleven variations of each at "
        f"strength {strength:.1f}",
        "On the left the image itself, beside it what augmentation makes of it.",
    )


def show_sheet(picture: str, alt: str, caption: str) -> None:
    """A sheet of digits as wide as the page, with its caption below."""
    st.image(picture, width="stretch", alt=alt)
    st.caption(caption)


def in_rows(pictures: np.ndarray, columns: int = 13) -> np.ndarray:
    """Pictures, (n, 28, 28), as (rows, columns, 28, 28) for a sheet, the last row filled with paper."""
    if len(pictures) <= columns:
        return pictures[np.newaxis]
    rows = -(-len(pictures) // columns)
    filled = np.zeros((rows * columns, *pictures.shape[1:]), pictures.dtype)
    filled[: len(pictures)] = pictures
    return filled.reshape(rows, columns, *pictures.shape[1:])


def _noun(summary: DataSummary) -> str:
    return "digit" if summary.classes == DIGITS else "class"


def _turn(key: str) -> None:
    st.session_state[key] = st.session_state.get(key, 0) + 1


def _format_duplicates(summary: DataSummary) -> str:
    train, test = summary.measured
    equal = f"{summary.equal:,} of {train:,} training images equal an earlier one pixel by pixel"
    shared = f"{summary.shared:,} of {test:,} test images are among the training images"
    if not summary.equal:
        equal = f"none of the {train:,} training images equals another pixel by pixel"
    if not summary.shared:
        shared = f"none of the {test:,} test images is among them"
    apart = float(summary.near_duplicate_distance[0])
    nearest = f"the nearest pair differs by {apart * 100:.1f} % of the way from paper to ink"
    sentence = join_words([nearest, equal, shared])
    return sentence[0].upper() + sentence[1:] + "."
