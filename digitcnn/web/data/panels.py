"""The Data page's panels for one data set."""

import numpy as np
import streamlit as st

from digitcnn.lab.datasets.sources import SetName
from digitcnn.lab.datasets.summary import SAMPLES, DataSummary
from digitcnn.lab.datasets.views import distort_samples
from digitcnn.web.charts.data import draw_counts, draw_histogram, draw_ink
from digitcnn.web.charts.show import show_chart
from digitcnn.web.data.sets import TITLES
from digitcnn.web.images import sheet_of_digits, stretch_contrast
from digitcnn.web.text import format_percent, join_words

ABOUT: dict[SetName, str] = {
    "mnist": "Digits that people wrote on forms, scanned, fitted into 20 × 20 pixels and centered by their "
    "mass. Nearly everybody's first digit reader learns from them. "
    "[MNIST](http://yann.lecun.com/exdb/mnist/) by Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0.",
    "pens": "Digits written with a pen on a tablet and kept as strokes, so that they can be drawn with any "
    "pen; here with the one of the Draw page. [UCI's pen-based digits](https://doi.org/10.24432/C5MG6K) by "
    "E. Alpaydin and F. Alimoglu, and where they are at hand those of UNIPEN, International Unipen "
    "Foundation, CC BY 4.0.",
    "bundled": "Scanned digits of 8 × 8 pixels, made into 28 × 28 as the models want them. They come with "
    "scikit-learn and stand in for MNIST. "
    "[UCI's optical digits](https://doi.org/10.24432/C50P49) by E. Alpaydin and C. Kaynak, CC BY 4.0.",
}

PER_ROW = 15
_ORIGINALS, _DISTORTED = 6, 11
_PURPOSES = {"train": "training", "training": "training", "validation": "validation", "test": "testing"}


def show_counts(name: SetName, summary: DataSummary) -> None:
    """How many images there are, in all and of each digit."""
    st.markdown(ABOUT[name])
    with st.container(horizontal=True, gap="large", key="data-numbers"):
        for part in summary.parts:
            st.metric(f"For {_PURPOSES.get(part.name, part.name)}", f"{sum(part.counts):,}", width="content")
        if summary.writers:
            st.metric("Writers", f"{summary.writers:,}", width="content")
        st.metric("Each", "28 × 28 pixels", width="content")
    counts = summary.parts[0].counts
    rare, common = counts.index(min(counts)), counts.index(max(counts))
    show_chart(
        draw_counts(summary.parts),
        key=f"data.counts-{name}",
        alt=f"How many there are of each digit: most {common}s, fewest {rare}s",
    )
    caption = (
        f"How many of each digit. For training there are most {common}s ({counts[common]:,}) and fewest "
        f"{rare}s ({counts[rare]:,})."
    )
    if summary.measured[0] < sum(counts):
        caption += (
            f" The pictures and figures below come from {summary.measured[0]:,} training and "
            f"{summary.measured[1]:,} test drawings, as many of each digit as there are or as can be drawn "
            "quickly."
        )
    st.caption(caption)


@st.fragment
def show_samples(name: SetName, summary: DataSummary) -> None:
    """A few of each digit; a button shows others."""
    turn = st.session_state.get("data.sample-page", 0)
    columns = (np.arange(PER_ROW) + turn * PER_ROW) % SAMPLES
    st.image(
        sheet_of_digits(summary.samples[:, columns]),
        width="stretch",
        alt=f"{PER_ROW} samples of each digit, 0 in the first row to 9 in the last, from {TITLES[name]}",
    )
    st.button(
        "Others", icon=":material/shuffle:", on_click=_turn, args=("data.sample-page",), key="data.others"
    )


def show_averages(name: SetName, summary: DataSummary) -> None:
    """The mean of each digit, and where its images differ."""
    show_sheet(
        sheet_of_digits(stretch_contrast(summary.means)[np.newaxis]),
        f"The average image of each digit, 0 to 9, {TITLES[name]}",
        "The average of each digit: all of its images laid over one another.",
    )
    show_sheet(
        sheet_of_digits(stretch_contrast(summary.deviations)[np.newaxis]),
        f"Where the images of each digit differ from one another, 0 to 9, {TITLES[name]}",
        "Where they vary: the more ink, the more the images differ there (standard deviation).",
    )
    worst = int(np.nanargmin(summary.own_mean))
    st.caption(
        "Reading each test digit as the nearest of these ten averages is right for "
        f"{format_percent(summary.near_own)} of them, and least often for {worst}s: "
        f"{format_percent(float(summary.own_mean[worst]))}. A CNN has to be better than that."
    )


def show_pixels(name: SetName, summary: DataSummary) -> None:
    """The gray histogram, and how much ink each digit has."""
    gray_histogram, ink = st.columns(2, gap="medium")
    bare = float(summary.gray_histogram[0])
    heavy, light = int(summary.ink[:, 2].argmax()), int(summary.ink[:, 2].argmin())
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
            alt=f"How much of the field is ink for each digit: most for {heavy}, least for {light}",
        )
        st.caption(
            "How much of the field is ink: the median of each digit, half of its images (bar) and nine in "
            f"ten (line). A {heavy} has most, a {light} least."
        )


def show_outliers(name: SetName, summary: DataSummary) -> None:
    """The images furthest from their digit's mean, and pairs that are nearly the same."""
    show_sheet(
        sheet_of_digits(summary.outliers),
        f"Of each digit the {summary.outliers.shape[1]} images furthest from its average, {TITLES[name]}",
        "A row for each digit with the images furthest from its average, the furthest first: bold, slanted, "
        "badly cropped, or simply mislabeled. A model learns from them, too.",
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
def show_augmentation(name: SetName, summary: DataSummary) -> None:
    """A slider for the strength of distortion, and what it does to some digits."""
    st.caption(
        "`reader` never sees the same image twice: in every epoch each one is rotated, stretched, bent, "
        "thickened or thinned, blurred and cropped differently, as hands, pens and cameras do it. It trains "
        "with strength 1."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        strength = st.slider("Strength", 0.0, 2.0, 1.0, 0.1, key="data.strength", width=420)
        st.button(
            "Again", icon=":material/refresh:", on_click=_turn, args=("data.again-seed",), key="data.again"
        )
    seed = st.session_state.get("data.again-seed", 0)
    digits = np.random.default_rng(seed).permutation(10)[:_ORIGINALS]
    originals = summary.samples[digits, seed % SAMPLES]
    # One batch for all: the first of a batch is as likely to be distorted as any other.
    made = distort_samples(originals.repeat(_DISTORTED, axis=0), strength=strength, seed=seed)
    made = made.reshape(_ORIGINALS, _DISTORTED, 28, 28)
    show_sheet(
        sheet_of_digits(np.concatenate([originals[:, np.newaxis], made], axis=1)),
        f"Six digits, and eleven distortions of each at strength {strength:.1f}",
        "On the left the image itself, beside it what augmentation makes of it.",
    )


def show_sheet(picture: str, alt: str, caption: str) -> None:
    """A sheet of digits as wide as the page, with its caption below."""
    st.image(picture, width="stretch", alt=alt)
    st.caption(caption)


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
