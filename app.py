"""PoseCoach in the browser: `streamlit run app.py`."""

import streamlit as st

from pages.person import demand_login, login_is_set_up
from pages.quiet import ask_nobody

# The icon is an emoji because the browser would fetch any other from a server outside.
st.set_page_config(page_title="PoseCoach", page_icon="🏋️", layout="wide")
ask_nobody()
demand_login()
pages = [
    st.Page("pages/workout.py", title="Workout", icon=":material/videocam:", default=True),
    st.Page("pages/video.py", title="Video", icon=":material/movie:"),
    st.Page("pages/history.py", title="History", icon=":material/history:"),
    st.Page("pages/exercises.py", title="Exercises", icon=":material/exercise:"),
    st.Page("pages/accuracy.py", title="Accuracy", icon=":material/straighten:"),
]
if login_is_set_up():
    pages.append(st.Page("pages/account.py", title="Account", icon=":material/account_circle:"))
st.navigation(pages, position="top").run()
