"""PoseCoach in the browser: `streamlit run app.py`."""

import streamlit as st

import pages.language  # noqa: F401  (every page asks it)
from pages.address import follow_address
from pages.failure import tell_in_a_sentence
from pages.gate import close_to_strangers
from pages.look import look_after_all
from pages.person import demand_login, login_is_set_up
from pages.quiet import ask_nobody
from pages.stored import purge_once
from pages.unlost import lose_no_press
from posecore.language import _

# The icon is an emoji because the browser would fetch any other from a server outside.
st.set_page_config(page_title="PoseCoach", page_icon="🏋️", layout="wide")
tell_in_a_sentence()
ask_nobody()
close_to_strangers()
lose_no_press()
look_after_all()
demand_login()
purge_once()
follow_address()
shown = [
    st.Page("pages/workout.py", title=_("Workout"), icon=":material/videocam:", default=True),
    st.Page("pages/video.py", title=_("Video"), icon=":material/movie:"),
    st.Page("pages/history.py", title=_("History"), icon=":material/history:"),
    st.Page("pages/exercises.py", title=_("Exercises"), icon=":material/exercise:"),
    st.Page("pages/accuracy.py", title=_("Accuracy"), icon=":material/straighten:"),
    st.Page("pages/settings.py", title=_("Settings"), icon=":material/settings:"),
]
if login_is_set_up():
    shown.append(st.Page("pages/account.py", title=_("Account"), icon=":material/account_circle:"))
st.navigation(shown, position="top").run()
