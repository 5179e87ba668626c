// j and k go through the rows, x ticks, a acknowledges, s snoozes, ? helps. Each can be done without them, and they
// can be switched off (WCAG 2.1.4): single letters are also what people dictate.
const dialog = document.querySelector("dialog.keys");
const opener = document.querySelector("button.help");
const switched = document.querySelector("#keys-on");
const OFF = "ebbwatch.keys.off";
const rows = [...document.querySelectorAll("table.alerts tbody tr")];
let at = -1;

function isOn() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true; // no storage: nothing can be remembered
  }
}

function remember() {
  try {
    if (switched.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    // as above
  }
}

function go(to) {
  if (!rows.length) return;
  at = Math.min(rows.length - 1, Math.max(0, to));
  for (const [place, row] of rows.entries()) row.classList.toggle("current", place === at);
  const link = rows[at].querySelector(".client a");
  link.focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

function here() {
  const focused = document.activeElement?.closest?.("table.alerts tbody tr");
  return focused ? rows.indexOf(focused) : at;
}

function tick() {
  const box = rows[here()]?.querySelector('input[type="checkbox"]');
  if (box) box.click();
}

// What is ticked, or else the row one is on.
function withTicked(act) {
  const any = document.querySelector('input[name="alert_ids"]:checked');
  if (!any) tick();
  if (any || document.querySelector('input[name="alert_ids"]:checked')) act();
}

const acts = {
  j: () => go(here() + 1),
  k: () => go(here() - 1),
  x: tick,
  a: () => withTicked(() => document.querySelector('button[value="acknowledge"]').click()),
  s: () =>
    withTicked(() => {
      const sheet = document.querySelector("#f-until").closest("details");
      sheet.open = true;
      sheet.querySelector("input").focus();
    }),
  "?": () => dialog.showModal(),
};

function isTyping(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (!isOn() || !(event.key in acts)) return;
  if ((event.key === "a" || event.key === "s") && !document.querySelector('button[value="acknowledge"]')) return;
  event.preventDefault();
  acts[event.key]();
});

if (dialog && opener) {
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  switched.checked = isOn();
  switched.addEventListener("change", remember);
}
