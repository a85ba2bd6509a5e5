"""What a page's connections for pictures are, asked of the browser."""

from __future__ import annotations

REMEMBER = """
window.__connections = [];
const Made = window.RTCPeerConnection;
window.RTCPeerConnection = function (...given) {
    const connection = new Made(...given);
    window.__connections.push([connection, given[0]]);
    return connection;
};
window.RTCPeerConnection.prototype = Made.prototype;
"""
"""An init script: all peer connections of the page and of its frames are kept, to be asked."""

CONNECTIONS = "() => (window.__connections ?? []).length"

BUFFERED_MS = "() => window.__connections?.[0]?.[0].getReceivers()[0].jitterBufferTarget"
"""How long the browser wants to hold pictures back; undefined where the frame has no connection."""
