"""Upload pictures, and read the numbers on them."""

from typing import cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from digitcnn.classes import noun_of
from digitcnn.recognition.reading import Expect
from digitcnn.web.explain import show_explanation
from digitcnn.web.frame import draw_frame
from digitcnn.web.images import as_data_url
from digitcnn.web.models import Model, choose_model, list_models
from digitcnn.web.own_digits import show_personal_set
from digitcnn.web.own_hand import with_own_hand
from digitcnn.web.text import escape_markdown
from digitcnn.web.upload import canvas, downloads, editing, panels, picture_clicks, sample
from digitcnn.web.upload.files import (
    UPLOADER,
    ShownFile,
    Upload,
    as_upload,
    correct,
    fingerprint,
    hold_files,
    read_uploads,
    remove_restored,
    restore_files,
    tabulate,
    unpack_uploads,
)

KINDS: dict[Expect, str] = {"digit": "Digit", "number": "Number"}
MAX_SENTENCES = 5


def show_sample() -> None:
    """Puts the sample in the place of files."""
    st.session_state["upload.sample"] = True


def choose_files() -> list[Upload]:
    """The file uploader; returns its files after those from before a visit to another page."""
    restored = restore_files()
    files = st.file_uploader(
        "Drop pictures here, paste or choose them",
        accept_multiple_files=True,
        max_upload_size=64,
        key=UPLOADER,
    )
    if restored:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            names = ", ".join(escape_markdown(upload.name) for upload in restored[:MAX_SENTENCES])
            more = f" and {len(restored) - MAX_SENTENCES} more" if len(restored) > MAX_SENTENCES else ""
            st.caption(f"From before: {names}{more}", width="content")
            st.button(
                "Remove", icon=":material/delete:", on_click=remove_restored, key="upload.remove-restored"
            )
    return list({upload.fingerprint: upload for upload in [*restored, *map(as_upload, files)]}.values())


def take_photo() -> list[Upload]:
    """The camera, which is off until the visitor turns it on."""
    if not st.session_state.get("upload.camera"):
        return []
    with st.container(width=480):
        photo = st.camera_input("Hold the number in front of the camera", key="upload.photo")
    return [as_upload(photo, name="photo.jpg")] if photo else []


def sample_upload() -> Upload:
    """The sample as if it had been uploaded."""
    data = sample.sample_picture()
    return Upload(sample.NAME, data, fingerprint(sample.NAME, data))


def choose_how(models: list[Model]) -> tuple[Model, Expect]:
    """The controls for what the pictures show, a digit or a number, and for the model that reads them.

    A model of letters takes all the ink of a picture for one.
    """
    place = st.container(width="content")
    model = choose_model(models, page="upload")
    if not model.reads_digits:
        place.caption(f"One {noun_of(model.classes)} in each picture")
        return model, "digit"
    expect = place.segmented_control(
        "What is on them",
        list(KINDS),
        default="number",
        required=True,
        format_func=KINDS.__getitem__,
        label_visibility="collapsed",
        persist_state="session",
        key="upload.expect",
    )
    return model, cast(Expect, expect)


def show_results(uploads: list[Upload], model: Model, expect: Expect, progress: DeltaGenerator) -> None:
    """Errors, downloads, the table of all files, and the chosen file."""
    files = [correct(file, model, expect) for file in read_uploads(uploads, model, expect, progress=progress)]
    results = [file.result for file in files]
    show_errors([result.error for result in results if result.error])
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        title = f"{len(files)} files" if len(files) > 1 else escape_markdown(files[0].result.path)
        st.header(title, anchor=False, width="content")
        downloads.show_tables(results)
    if len(files) == 1:
        show_file(files, 0, model, expect)
        return
    row = choose_row(files)
    st.header(escape_markdown(files[row].result.path), anchor=False)
    show_file(files, row, model, expect)


def show_errors(sentences: list[str], rest: str = "could not be read: the table names them") -> None:
    """One sentence per file that could not be read, five at most; `rest` says what happened to the others."""
    shown = [escape_markdown(sentence) for sentence in sentences[:MAX_SENTENCES]]
    if len(sentences) > len(shown):
        shown.append(f"{len(sentences) - len(shown)} more files {rest}.")
    if shown:
        st.error("\n\n".join(shown), icon=":material/error:")


def choose_row(files: list[ShownFile]) -> int:
    """The table of all files; returns the row that was chosen last, by a click or the arrow keys."""
    st.dataframe(
        tabulate(files),
        column_config={
            "picture": st.column_config.ImageColumn("", width=72),
            "file": st.column_config.TextColumn("File", width="medium"),
            "read": st.column_config.TextColumn("Reading", width="medium"),
            "digits": st.column_config.NumberColumn("Digits", width="small"),
            "least sure": st.column_config.ProgressColumn(
                "Least sure", format="percent", min_value=0.0, max_value=1.0, width="small"
            ),
            "note": st.column_config.TextColumn("Note"),
        },
        row_height=56,
        placeholder="",
        on_select=take_row,
        selection_mode="single-cell",
        key="upload.table",
        alt="All files with their readings; choose a row to see its picture below",
    )
    return min(st.session_state.get(panels.ROW, 0), len(files) - 1)


def take_row() -> None:
    """Shows the file whose row was chosen, from its first digit on."""
    if cells := st.session_state["upload.table"]["selection"]["cells"]:
        st.session_state[panels.ROW], st.session_state[panels.DIGIT] = cells[0][0], 0


def show_file(files: list[ShownFile], row: int, model: Model, expect: Expect) -> None:
    """One of the pictures with the answers on it, the number beside it, the digits below."""
    file = files[row]
    result, preview = file.result, file.preview
    left, right = st.columns([3, 2], gap="medium")
    if preview is None:
        # The same place as the reading of another file: elsewhere both would be there for a moment.
        with right, st.container(key="upload-answer"):
            with st.container(key="reading"):
                st.html('<p class="words">This file could not be read</p>')
            if len(files) > 1:
                st.caption(escape_markdown(result.error or ""))
        return
    is_editing = model.reads_digits and st.session_state.get("upload.editing", False)
    with left:
        picture = st.container()
        index = panels.choose_digit(result) if result.reading.digits else None
    with picture:
        if is_editing:
            editing.edit_boxes(file, preview, model, expect)
        else:
            canvas.end()
            panels.show_picture(file, preview, index)
    with right:
        with st.container(key="upload-answer"):
            panels.show_reading(result)
            with st.container(horizontal=True, gap="xsmall"):
                panels.show_next_doubt(files, row, index)
                downloads.show_takeaways(file, preview)
        if model.reads_digits:
            st.toggle("Edit boxes", key="upload.editing")
        if is_editing:
            editing.show_tools(file, preview, expect)
        if index is not None:
            panels.show_probabilities(result, index)
            if model.reads_digits:
                editing.correct_digit(file, expect, index)
    picture_clicks.follow_clicks(result, preview.size)
    if index is not None:
        show_explanation(model, result.reading.digits[index], key="upload.look")
    steps = st.expander("How the picture became digits", on_change="rerun", key="upload.steps-open")
    if steps.open:
        with steps:
            panels.show_steps(file, model, expect)


def invite(model: Model) -> None:
    """The page before there is anything to read; the sample is one of numbers."""
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    if model.reads_digits:
        sought, amount = "numbers on them", "one digit or many lines"
    else:
        sought, amount = f"{noun_of(model.classes)} on each", f"one {noun_of(model.classes)} each"
    with left:
        with st.container(key="reading"):
            st.html(f'<p class="words">Drop pictures above, and I will read the {sought}</p>')
        st.caption(
            f"A photo of a page, a scan, a drawing. Dark on light or light on dark, {amount}. "
            "JPEG, PNG, WebP, HEIC, GIF, BMP, TIFF, PDF (every page) or a ZIP of them, up to 64 megapixels."
        )
        if not model.reads_digits:
            return
        st.button(
            "Try a sample",
            icon=":material/draw:",
            type="primary",
            on_click=show_sample,
            key="upload.try-sample",
        )
    with right:
        picture = as_data_url(sample.sample_picture(), "jpeg")
        st.image(picture, width="stretch", alt="The sample: three lines of handwritten digits on ruled paper")


with draw_frame("Upload", styles=("digits", "upload", "personal")):
    st.title("Upload a picture", anchor=False)
    if shipped := list_models():
        chosen_files = choose_files()
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="upload-how"):
            how = choose_how(with_own_hand(shipped))
            st.space("stretch")
            st.toggle("Use the camera", key="upload.camera")
        everything = [*chosen_files, *take_photo()]
        hold_files(everything)
        if not everything and st.session_state.get("upload.sample"):
            everything = [sample_upload()]
        bar = st.empty()
        pictures, left_out = unpack_uploads(everything)
        if left_out:
            show_errors(left_out, "were left out")
        if pictures:
            show_results(pictures, *how, bar)
            show_personal_set()
        elif not everything:
            invite(how[0])
        picture_clicks.take_pastes()
    else:
        st.info("There is no trained model here yet: train one with `python -m digitcnn train simple`.")
