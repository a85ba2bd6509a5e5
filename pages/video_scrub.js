// A chart that moves with the page's video, and the video with the chart. Nothing runs while the
// video stands still: everything follows its events, or what somebody does.

const LEFT = 40, RIGHT = 8, TOP = 8, TRACK = 26, GAP = 4, AXIS = 22;
const SHORTEST_S = 2;    // of the stretch that the chart shows when it is drawn closer
const NEAR_S = 0.4;      // a fault so near is what the picture shows
const INTO_FRAME_S = 0.02; // past the beginning of a frame, so that it is surely that frame

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

// The last index whose time is not after `s`.
function indexAt(times, s) {
    let low = 0, high = times.length - 1;
    while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (times[middle] <= s) low = middle; else high = middle - 1;
    }
    return low;
}

export default function ({ data, parentElement }) {
    const { words } = data;
    const part = (selector) => parentElement.querySelector(selector);
    const root = part(".scrub"), chart = part(".chart"), slider = part("input");
    const [when, angles, faults] = [part(".when"), part(".angles"), part(".faults")];
    const buttons = Object.fromEntries(
        [...parentElement.querySelectorAll("button")].map((b) => [b.dataset.does, b]));
    // What somebody looked at stays when the page is drawn again with the same video.
    const kept = root.kept?.video === data.video ? root.kept : null;
    const now = (root.kept = kept ?? {
        video: data.video, s: 0, from: 0, to: data.duration_s, wanted: null,
    });
    // Should the last drawing not have been cleaned up, nothing is done twice.
    root.ending?.abort();
    const ending = (root.ending = new AbortController());
    const on = (target, name, act, more) =>
        target.addEventListener(name, act, { signal: ending.signal, ...more });
    const picture = () => document.querySelector(data.picture);

    let width = 0, high = 0, bottom = 0;
    const x = (s) => LEFT + ((s - now.from) / (now.to - now.from)) * (width - LEFT - RIGHT);
    const y = (deg) => TOP + (1 - deg / data.top_deg) * high;

    // --- drawing -----------------------------------------------------------------------------

    function line(joint) {
        const first = Math.max(indexAt(data.t_s, now.from) - 1, 0);
        const last = Math.min(indexAt(data.t_s, now.to) + 1, data.t_s.length - 1);
        const every = Math.max(1, Math.floor((last - first) / (2 * width)));
        let path = "", pen = "M";
        for (let i = first; i <= last; i += every) {
            if (joint.deg[i] === null) { pen = "M"; continue; }
            path += `${pen}${x(data.t_s[i]).toFixed(1)},${y(joint.deg[i]).toFixed(1)}`;
            pen = "L";
        }
        const dash = joint.dashed ? 'stroke-dasharray="7 4"' : "";
        return `<path d="${path}" fill="none" stroke="${joint.colour}" stroke-width="2.5" ${dash}/>`;
    }

    function box(from, to, top, height, attributes) {
        const wide = Math.max(x(to) - x(from), 1);
        return `<rect x="${x(from)}" y="${top}" width="${wide}" height="${height}" ${attributes}/>`;
    }

    function label(text, from, to, base, attributes = "") {
        const [left, right] = [Math.max(x(from), LEFT), Math.min(x(to), width - RIGHT)];
        if (right - left < 7.5 * text.length) return "";
        return `<text x="${(left + right) / 2}" y="${base}" text-anchor="middle" ${attributes}>${
            escaped(text)}</text>`;
    }

    function ticks() {
        const span = now.to - now.from, room = (width - LEFT - RIGHT) / 70;
        const steps = [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200];
        const step = steps.find((each) => span / each <= room) ?? 3600;
        let drawn = "";
        for (let s = Math.ceil(now.from / step) * step; s <= now.to; s += step) {
            const told = step < 1 ? s.toFixed(1) : Math.round(s);
            drawn += `<text x="${x(s)}" y="${bottom + AXIS - 6}" text-anchor="middle">${told} s</text>`;
        }
        return drawn;
    }

    function draw() {
        width = chart.clientWidth;
        if (!width) return;
        high = width < 480 ? 190 : 270;
        const spans = TOP + high + GAP, reps = spans + TRACK + GAP, crosses = reps + TRACK + GAP;
        bottom = crosses + TRACK;
        const inside = (each) => each.end_s > now.from && each.start_s < now.to;
        let drawn = "";
        for (const deg of [0, 60, 120, 180]) {
            drawn += `<line class="grid" x1="${LEFT}" x2="${width - RIGHT}" y1="${y(deg)}" y2="${
                y(deg)}"/><text x="${LEFT - 5}" y="${y(deg) + 4}" text-anchor="end">${deg}°</text>`;
        }
        let clipped = "";
        for (const band of data.bands.filter(inside)) {
            const tall = y(band.low) - y(band.high);
            clipped += box(band.start_s, band.end_s, y(band.high), tall,
                `fill="${band.colour}" fill-opacity=".13" stroke="${band.colour}" stroke-dasharray="2 3"`);
            const left = Math.max(x(band.start_s), LEFT) + 4;
            if (Math.min(x(band.end_s), width) - left > 6.6 * band.label.length)
                clipped += `<text x="${left}" y="${y(band.high) + 14}">${escaped(band.label)}</text>`;
        }
        clipped += data.joints.map(line).join("");
        for (const span of data.spans.filter(inside)) {
            clipped += box(span.start_s, span.end_s, spans, TRACK, `fill="${span.colour}"`);
            clipped += label(span.title, span.start_s, span.end_s, spans + 18, `style="fill:${span.ink}"`);
        }
        for (const rep of data.reps.filter(inside)) {
            const kind = rep.complete ? "" : "attempt", far = rep.far_s ?? rep.end_s;
            clipped += box(rep.start_s, far, reps, TRACK, `class="rep out ${kind}"`);
            if (rep.far_s !== null) clipped += box(far, rep.end_s, reps, TRACK, `class="rep back ${kind}"`);
            clipped += label(rep.label, rep.start_s, rep.end_s, reps + 18, 'class="rep-label"');
        }
        for (const fault of data.faults) {
            if (fault.at_s < now.from || fault.at_s > now.to) continue;
            const [mx, my] = [x(fault.at_s), crosses + TRACK / 2];
            clipped += `<path class="fault" d="M${mx - 6},${my - 6}l12,12m0,-12l-12,12"><title>${
                escaped(fault.cue)}</title></path>`;
        }
        const dots = data.joints.map((joint) => `<circle r="5" fill="${joint.colour}"/>`).join("");
        chart.innerHTML = `<svg viewBox="0 0 ${width} ${bottom + AXIS}" height="${bottom + AXIS}"
            role="img" aria-label="${escaped(words.chart)}">${drawn}
            <clipPath id="inside"><rect x="${LEFT}" y="0" width="${width - LEFT - RIGHT}"
            height="${bottom}"/></clipPath><g clip-path="url(#inside)">${clipped}</g>${ticks()}
            <g class="cursor"><line y1="0" y2="${bottom}"/>${dots}</g></svg>`;
        mark();
    }

    // --- the moment --------------------------------------------------------------------------

    function repAt(s) {
        return data.reps.find((rep) => rep.start_s <= s && s <= rep.end_s);
    }

    function told(s) {
        const rep = repAt(s);
        if (!rep) return words.between;
        if (rep.far_s === null) return `${rep.title}: ${rep.label}`;
        const way = s <= rep.far_s ? "out" : "back";
        return filled(words[rep.complete ? way : `attempt_${way}`], rep);
    }

    function mark() {
        const cursor = chart.querySelector(".cursor");
        if (!cursor) return;
        const i = indexAt(data.t_s, now.s + 1e-3), at = x(now.s), rep = repAt(now.s);
        cursor.querySelector("line").setAttribute("x1", at);
        cursor.querySelector("line").setAttribute("x2", at);
        cursor.querySelectorAll("circle").forEach((dot, j) => {
            const deg = data.joints[j].deg[i];
            dot.setAttribute("visibility", deg === null ? "hidden" : "visible");
            dot.setAttribute("cx", at);
            dot.setAttribute("cy", y(deg ?? 0));
        });
        const phase = told(now.s), span = data.spans.find((s) => s.start_s <= now.s && now.s < s.end_s);
        const score = rep?.score != null ? filled(words.score, rep) : "";
        when.textContent = [`${now.s.toFixed(2)} s`, span?.title, phase, score].filter(Boolean).join(" · ");
        slider.value = now.s;
        slider.setAttribute("aria-valuetext", `${filled(words.seconds, { s: now.s.toFixed(1) })}, ${phase}`);
        data.joints.forEach((joint, j) => {
            angles.children[j].lastChild.textContent =
                joint.deg[i] === null ? words.not_seen : `${joint.deg[i]}°`;
        });
        const from = rep?.start_s ?? now.s - NEAR_S, to = rep?.end_s ?? now.s + NEAR_S;
        faults.replaceChildren(...data.faults.filter((f) => f.at_s >= from && f.at_s <= to).map((f) => {
            const entry = document.createElement("li");
            entry.className = Math.abs(f.at_s - now.s) <= NEAR_S ? "now" : "";
            entry.textContent = filled(words.fault, { ...f, s: f.at_s.toFixed(1) });
            return entry;
        }));
        root.dataset.now = now.s.toFixed(3);
    }

    // Show another stretch where the moment lies outside, as a page is turned.
    function follow() {
        const span = now.to - now.from;
        if (now.s >= now.from && now.s <= now.to) return mark();
        now.from = Math.min(Math.max(now.s - span / 10, 0), data.duration_s - span);
        now.to = now.from + span;
        draw();
    }

    function stretch(span) {
        const whole = data.duration_s, wide = Math.min(Math.max(span, Math.min(SHORTEST_S, whole)), whole);
        now.from = Math.min(Math.max(now.s - wide / 2, 0), whole - wide);
        now.to = now.from + wide;
        buttons.wider.disabled = wide >= whole;
        buttons.closer.disabled = wide <= Math.min(SHORTEST_S, whole);
        draw();
    }

    // --- from here to the video, and back ----------------------------------------------------

    function seek(s) {
        now.s = Math.min(Math.max(s, 0), data.duration_s);
        follow();
        const video = picture();
        if (!video) return;
        // One place at a time: what comes while it still looks for the last is remembered.
        if (video.seeking) now.wanted = now.s;
        else video.currentTime = Math.min(now.s + INTO_FRAME_S / 2, data.duration_s);
    }

    function seeked() {
        const video = picture(), wanted = now.wanted;
        now.wanted = null;
        if (wanted !== null && video) video.currentTime = Math.min(wanted + INTO_FRAME_S / 2, data.duration_s);
    }

    function takeOver() {
        const video = picture();
        if (!video || video.seeking || now.wanted !== null) return;
        // Within a frame of what was asked for, what was asked for stays.
        if (Math.abs(video.currentTime - now.s) > INTO_FRAME_S) {
            now.s = Math.min(video.currentTime, data.duration_s);
            follow();
        }
    }

    function run() {
        const video = picture();
        if (ending.signal.aborted || !video || video.paused || video.ended) return;
        takeOver();
        requestAnimationFrame(run);
    }

    function showPlay() {
        const video = picture();
        buttons.play.textContent = !video || video.paused ? words.play : words.pause;
    }

    const ofVideo = (act) => (event) => { if (event.target === picture()) act(); };
    // Media events do not bubble, but they can be caught on their way down; the page may put
    // another element in the place of the video at any time.
    on(document, "play", ofVideo(() => { showPlay(); run(); }), { capture: true });
    on(document, "pause", ofVideo(() => { showPlay(); takeOver(); }), { capture: true });
    on(document, "timeupdate", ofVideo(takeOver), { capture: true });
    on(document, "seeked", ofVideo(() => { seeked(); takeOver(); }), { capture: true });

    function neighbour(times, step) {
        const near = data.frame_s / 2;
        const next = step > 0 ? times.find((s) => s > now.s + near)
            : times.findLast((s) => s < now.s - near);
        if (next === undefined) return;
        picture()?.pause();
        seek(next);
    }
    const repTimes = data.reps.map((rep) => rep.start_s).sort((a, b) => a - b);
    const faultTimes = [...new Set(data.faults.map((fault) => fault.at_s))];
    const does = {
        play: () => { const v = picture(); if (v) v.paused ? v.play() : v.pause(); },
        "rep-back": () => neighbour(repTimes, -1),
        "rep-on": () => neighbour(repTimes, 1),
        "fault-back": () => neighbour(faultTimes, -1),
        "fault-on": () => neighbour(faultTimes, 1),
        wider: () => stretch((now.to - now.from) * 2),
        closer: () => stretch((now.to - now.from) / 2),
    };
    for (const [name, button] of Object.entries(buttons)) {
        button.textContent = words[name];
        const told = words[`${name}_told`];
        if (told) button.setAttribute("aria-label", told);
        on(button, "click", does[name]);
    }
    for (const name of ["rep-back", "rep-on"]) buttons[name].disabled = !repTimes.length;
    for (const name of ["fault-back", "fault-on"]) buttons[name].disabled = !faultTimes.length;

    slider.max = data.duration_s;
    slider.setAttribute("aria-label", words.slider);
    on(slider, "input", () => { picture()?.pause(); seek(Number(slider.value)); });
    on(slider, "keydown", (event) => {
        const frames = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1,
            PageDown: -10, PageUp: 10 }[event.key];
        if (frames === undefined) return;
        event.preventDefault();
        picture()?.pause();
        const i = Math.min(Math.max(indexAt(data.t_s, now.s + 1e-3) + frames, 0), data.t_s.length - 1);
        seek(data.t_s[i]);
    });

    let dragged = false;
    const pointed = (event) => {
        const from = chart.getBoundingClientRect().left, span = now.to - now.from;
        const share = (event.clientX - from - LEFT) / (width - LEFT - RIGHT);
        seek(Math.min(Math.max(now.from + share * span, now.from), now.to));
    };
    on(chart, "pointerdown", (event) => {
        if (event.button) return;
        dragged = true;
        chart.setPointerCapture(event.pointerId);
        picture()?.pause();
        pointed(event);
    });
    on(chart, "pointermove", (event) => { if (dragged) pointed(event); });
    for (const name of ["pointerup", "pointercancel"]) on(chart, name, () => { dragged = false; });

    angles.replaceChildren(...data.joints.map((joint) => {
        const entry = document.createElement("li");
        const dash = joint.dashed ? 'stroke-dasharray="7 4"' : "";
        entry.innerHTML = `<svg aria-hidden="true"><line x2="28" y1="4" y2="4" stroke="${
            joint.colour}" stroke-width="4" ${dash}/></svg><span>${escaped(joint.name)}</span><b></b>`;
        return entry;
    }));

    const watcher = new ResizeObserver(() => { if (chart.clientWidth !== width) draw(); });
    watcher.observe(chart);
    stretch(now.to - now.from);
    showPlay();
    return () => { ending.abort(); watcher.disconnect(); };
}
