// Draws the figure that the server made. Colours and fonts are the page's own tokens, in the scheme the reader has; a
// string that begins with two dashes names one. Where it cannot be drawn, the table below says the same.
const frame = document.querySelector("figure[data-figure]");
const plot = frame?.querySelector(".plot");
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const options = { responsive: true, displayModeBar: false, scrollZoom: false, doubleClick: false };

function inked(value, tokens) {
  if (typeof value === "string") return value.startsWith("--") ? tokens.getPropertyValue(value).trim() : value;
  if (Array.isArray(value)) return value.map((each) => inked(each, tokens));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inked(each, tokens)]));
}

function draw(figure) {
  const { data, layout } = inked(figure, getComputedStyle(document.documentElement));
  if (frame.clientWidth < 600) layout.margin = { ...layout.margin, l: 58, r: 4 };
  if (still.matches) layout.transition = { duration: 0 };
  return window.Plotly.react(plot, data, layout, options);
}

// This module and plotly's script are both deferred: they run in the order they stand in.
async function start() {
  const answer = await fetch(frame.dataset.figure, { headers: { Accept: "application/json" } });
  if (!answer.ok || !window.Plotly) throw new Error(String(answer.status));
  const figure = await answer.json();
  await draw(figure);
  dark.addEventListener("change", () => draw(figure));
  addEventListener("beforeprint", () => window.Plotly.Plots.resize(plot));
}

if (frame) {
  start().catch(() => {
    plot.hidden = true;
  });
}
