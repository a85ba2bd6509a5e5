"""PoseCoach in the browser: `streamlit run app.py`."""

import streamlit as st

# The icon is an emoji because the browser would fetch any other from a server outside.
st.set_page_config(page_title="PoseCoach", page_icon="🏋️", layout="wide")
st.navigation(
    [
        st.Page("pages/workout.py", title="Workout", icon=":material/videocam:", default=True),
        st.Page("pages/video.py", title="Video", icon=":material/movie:"),
        st.Page("pages/history.py", title="History", icon=":material/history:"),
        st.Page("pages/accuracy.py", title="Accuracy", icon=":material/straighten:"),
    ],
    position="top",
).run()
