"""How the workout page looks: to be read from three metres, by shape as well as by colour.

Sizes follow the window's width, so that the same page serves a laptop and a phone.
"""

STYLE = """
<style>
.stMainBlockContainer { padding: 4.2rem 1.6rem 2rem; }
/* What is live here runs several times a second: Streamlit's sign of running, which has a Stop of
   its own, would blink. */
[data-testid="stStatusWidget"] { display: none; }
.st-key-start button, .st-key-stop button { min-height: 3.2rem; border-radius: 10px; }
.st-key-start button p, .st-key-stop button p { font-size: 1.5rem; font-weight: 700; }
.pc-chosen { font-size: 1.4rem; font-weight: 600; margin: 0; padding: .7rem 0; }
.pc-board { background: #10151d; color: #ffffff; border-radius: 12px; padding: .8rem 1.4rem 1rem;
  font-family: inherit; line-height: 1.1; }
.pc-exercise { font-size: clamp(2.4rem, 4.6vw, 5rem); font-weight: 700; margin: 0; line-height: 1;
  overflow-wrap: anywhere; }
.pc-votes { display: flex; align-items: center; gap: .8rem; margin: .5rem 0 0; font-size: 1.3rem; }
.pc-track { flex: 1; height: .9rem; border: 2px solid #cdd6e4; border-radius: 8px; }
.pc-fill { height: 100%; background: #56b4e9; border-radius: 5px; }
.pc-count { display: flex; align-items: center; gap: 1rem; margin: .3rem 0 0; }
.pc-number { font-size: clamp(7rem, 17vw, 20rem); font-weight: 800; line-height: .92;
  font-variant-numeric: tabular-nums; }
.pc-number.pc-clock { font-size: clamp(5rem, 12vw, 14rem); }
.pc-unit { font-size: clamp(1.6rem, 2.8vw, 3.2rem); font-weight: 600; align-self: flex-end;
  padding-bottom: .6rem; }
.pc-phase { margin-left: auto; font-size: clamp(1.6rem, 2.7vw, 3rem); font-weight: 700;
  text-align: right; max-width: 50%; }
.pc-steps { display: block; letter-spacing: .25rem; margin-bottom: .3rem;
  font-size: clamp(2rem, 3.6vw, 4rem); white-space: nowrap; }
.pc-plan { font-size: clamp(1.4rem, 2.2vw, 2.4rem); font-weight: 600; margin: .4rem 0 0; }
.pc-word { border-radius: 12px; padding: .8rem 1.4rem; margin: 0; font-weight: 800;
  font-size: clamp(2rem, 5.4vw, 6rem); line-height: 1.08; display: flex; gap: 1.4rem;
  align-items: center; min-height: clamp(5rem, 10vw, 11rem); }
.pc-word.pc-long { font-size: clamp(1.7rem, 3.9vw, 4.4rem); }
.pc-word .pc-sign { font-size: clamp(2.6rem, 6.4vw, 7rem); line-height: 1; }
.pc-good { background: #0b5d3b; color: #ffffff; }
.pc-cue { background: #ffc83d; color: #1a1200; }
.pc-see { background: #0b4fa8; color: #ffffff; }
.pc-wait { background: #39424f; color: #ffffff; }
.pc-guide { font-size: 1.5rem; line-height: 1.35; margin: .8rem 0 0; padding-left: 1.6rem; }
.pc-guide li { margin-bottom: .6rem; }
.pc-checks { list-style: none; margin: .5rem 0 0 !important; padding: 0 !important; }
.pc-checks li { display: flex; gap: 1rem; align-items: baseline; margin: 0 !important;
  font-size: clamp(1.7rem, 3.1vw, 3.6rem); font-weight: 700; line-height: 1.3; }
.pc-checks .pc-mark { width: 1.2em; text-align: center; }
.pc-checks .pc-yes .pc-mark { color: #5fe0a5; }
.pc-checks .pc-no { color: #ffc83d; }
.pc-checks .pc-sees { font-weight: 500; }
.pc-strip { display: flex; gap: .4rem; align-items: flex-end; list-style: none; height: 5.4rem;
  margin: .5rem 0 0 !important; padding: 0 !important; }
.pc-strip li { flex: 1 1 0; max-width: 3.4rem; height: 100%; display: flex; margin: 0 !important;
  flex-direction: column; justify-content: flex-end; text-align: center; font-size: 1.3rem;
  line-height: 1.1; font-weight: 700; }
.pc-bar { display: block; border-radius: 5px 5px 0 0; border: 3px solid; }
.pc-bar-ok { color: #5fe0a5; } .pc-bar-ok .pc-bar { background: #0f8a58; }
.pc-bar-off { color: #ffc83d; } .pc-bar-off .pc-bar { background: repeating-linear-gradient(
  45deg, #ffc83d 0 5px, #7a5200 5px 10px); }
.pc-bar-half { color: #cdd6e4; } .pc-bar-half .pc-bar { border-style: dashed; }
.pc-reps { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none;
  margin: 0 !important; padding: 0 !important; }
.pc-rep { border: 2px solid #6b7687; border-radius: 10px; padding: .4rem .8rem; font-size: 1.1rem;
  line-height: 1.25; min-width: 7.5rem; margin: 0 !important; }
.pc-rep b { font-size: 1.5rem; }
.pc-rep.pc-ok { border-left: 10px solid #0f8a58; }
.pc-rep.pc-off { border-left: 10px solid #e69f00; }
.pc-rep.pc-half { border-style: dashed; }
@media (max-width: 640px) {
  .pc-chosen { display: none; }
  .pc-strip { height: 4.4rem; }
}
</style>
"""

GUIDE = """
<section class="pc-board">
  <p class="pc-exercise">Ready when you are</p>
  <ol class="pc-guide">
    <li>Press <b>Start</b>, then step back two to three metres. The page says in large letters what
      the camera misses, and turns green.</li>
    <li><b>Begin</b>, or <b>raise one hand</b> for a second and wait for 3, 2, 1.</li>
    <li>In a pause, one raised hand ends the set. Nothing need be touched.</li>
  </ol>
</section>
"""
