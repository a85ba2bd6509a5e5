"""What of an analysed video can be taken along. Each file is made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.video_work import Result
from posecore.analysis_tables import csv_of, frame_table, parquet_of, rep_table
from posecore.analyze import document_text
from posecore.exercises import Exercise
from posecore.language import Text, _, language, speaking
from posecore.report import render_pdf, render_report


@dataclass(frozen=True)
class File:
    label: Text
    name: str
    mime: str
    make: Callable[[], bytes]


def files_of(result: Result, exercises: Mapping[str, Exercise]) -> list[File]:
    analysis, pictures = result.analysis, result.pictures
    stem, parquet = Path(result.name).stem, "application/vnd.apache.parquet"
    spoken = language()  # a file is made outside of the page's run, where nobody can be asked

    def page() -> bytes:
        with speaking(spoken):
            return render_report(analysis, exercises, pictures).encode()

    def paper() -> bytes:
        with speaking(spoken):
            return render_pdf(analysis, exercises, pictures)

    return [
        File(Text("Report (PDF)"), f"{stem}.report.pdf", "application/pdf", paper),
        File(Text("Report (HTML)"), f"{stem}.report.html", "text/html", page),
        File(
            Text("Annotated video (MP4)"),
            f"{stem}.annotated.mp4",
            "video/mp4",
            result.drawn.read_bytes,
        ),
        File(
            Text("Reps (CSV)"), f"{stem}.reps.csv", "text/csv", lambda: csv_of(rep_table(analysis))
        ),
        File(
            Text("Frames (CSV)"),
            f"{stem}.frames.csv",
            "text/csv",
            lambda: csv_of(frame_table(analysis)),
        ),
        File(
            Text("Reps (Parquet)"),
            f"{stem}.reps.parquet",
            parquet,
            lambda: parquet_of(rep_table(analysis)),
        ),
        File(
            Text("Frames (Parquet)"),
            f"{stem}.frames.parquet",
            parquet,
            lambda: parquet_of(frame_table(analysis)),
        ),
        File(
            Text("Analysis (JSON)"),
            f"{result.name}.json",
            "application/json",
            lambda: document_text(analysis).encode(),
        ),
    ]


def show_downloads(result: Result, exercises: Mapping[str, Exercise]) -> None:
    with st.container(horizontal=True):
        for each in files_of(result, exercises):
            st.download_button(
                _(each.label),
                each.make,
                file_name=each.name,
                mime=each.mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"video_file_{each.label}",
            )
