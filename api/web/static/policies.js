// The answer follows the slider and the limits. Without scripts the form has its Preview button.
const bench = document.querySelector("form.workbench[data-answers]");
const slider = bench?.elements.namedItem("scale");
const told = bench?.querySelector("output.scale");
const answers = bench?.querySelector(".answers");
const PAUSE_MS = 200; // while it moves, nothing is asked
let waiting = 0;
let asking = null;

async function answer() {
  asking?.abort();
  asking = new AbortController();
  answers.setAttribute("aria-busy", "true");
  try {
    const got = await fetch(bench.dataset.answers, {
      method: "POST",
      body: new URLSearchParams(new FormData(bench)),
      headers: { Accept: "text/html" },
      signal: asking.signal,
    });
    if (got.ok) answers.innerHTML = await got.text();
    answers.removeAttribute("aria-busy");
  } catch (error) {
    // overtaken by a newer question; or no network: what stands there stays, and the button sends the form
    if (error.name !== "AbortError") answers.removeAttribute("aria-busy");
  }
}

function moved(event) {
  if (event.target.name === "name" || event.target.name === "note") return;
  told.textContent = `${slider.value} %`;
  clearTimeout(waiting);
  waiting = setTimeout(answer, PAUSE_MS);
}

if (slider) bench.addEventListener("input", moved);
