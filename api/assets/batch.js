// Keeps the progress of a batch moving. The server writes every text; this script puts it in its place.

import "./desk.js";

const going = document.getElementById("going");
/** Spoken at most this often, in percent: a screen reader must not talk all the time. */
const SPOKEN_STEP = 10;

if (going.dataset.moving === "true") {
  const source = new EventSource(going.dataset.events);
  const spoken = document.getElementById("spoken");
  let last = -SPOKEN_STEP;
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    document.getElementById("bar").value = now.percent;
    document.getElementById("percent").textContent = `${now.percent}%`;
    document.getElementById("line").textContent = now.line;
    document.getElementById("refused-count").textContent = now.refused;
    const state = document.getElementById("batch-state");
    state.textContent = now.state;
    state.className = `badge big ${now.tone}`;
    if (now.percent - last >= SPOKEN_STEP || !now.moving) {
      last = now.percent;
      spoken.textContent = `${now.state} ${now.percent}% ${now.line}`;
    }
    if (!now.moving) {
      source.close();
      // Report, refused rows and buttons are the server's to write.
      location.reload();
    }
  });
  source.addEventListener("end", () => source.close());
}
