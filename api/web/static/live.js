// What is new or changed since the page was made is said in a line that is always there, and marked at its row. No row
// is moved, replaced or taken away: one may be about to click it. "Show" makes the page anew.
const list = document.querySelector("form.list");
const line = document.querySelector(".live");
const seen = new Map();
let since = Number(list?.dataset.since ?? 0);
let source = null;
const AGAIN_MS = 30_000;

function shown() {
  return new Map([...list.querySelectorAll("[data-alert]")].map((row) => [row.dataset.alert, row]));
}

function say() {
  const count = seen.size;
  if (!count) return;
  line.classList.add("fresh");
  line.querySelector("span").textContent =
    count === 1 ? line.dataset.one : line.dataset.some.replace("{n}", count);
}

function take(event) {
  since = Number(event.lastEventId) || since;
  const rows = shown();
  for (const [id, revision] of Object.entries(JSON.parse(event.data))) {
    const row = rows.get(id);
    if (row && Number(row.dataset.revision) >= revision) continue;
    seen.set(id, revision);
    if (row) row.querySelector(".fresh").textContent = line.dataset.mark;
  }
  say();
}

function ended() {
  close();
  line.querySelector("span").textContent = line.dataset.ended;
  document.removeEventListener("visibilitychange", look);
}

function address() {
  return `${list.dataset.stream}?after=${since}`;
}

function open() {
  if (source) return;
  source = new EventSource(address());
  source.addEventListener("alerts", take);
  source.addEventListener("ended", ended);
  source.addEventListener("error", refused);
}

// A stream that breaks is opened again by the browser; one that was refused is not, and the browser does not say why.
async function refused() {
  if (source?.readyState !== EventSource.CLOSED) return;
  close();
  const asking = new AbortController();
  try {
    const answer = await fetch(address(), { headers: { Accept: "text/event-stream" }, signal: asking.signal });
    if (answer.status === 401) {
      ended();
      return;
    }
  } catch {
    // the server is away: later, then
  } finally {
    asking.abort();
  }
  setTimeout(look, AGAIN_MS);
}

function close() {
  source?.close();
  source = null;
}

// A browser has six connections to a host: a tab that nobody looks at gives its own back, and asks for what it missed.
function look() {
  if (document.hidden) close();
  else open();
}

if (list && line && "EventSource" in window) {
  document.addEventListener("visibilitychange", look);
  look();
}
