// The what-if answers while one types, and its figures stand in the proposal too. Without scripts it is a form that is
// sent, and the fields of a fee are there for every kind of remedy.
const asking = document.querySelector("form.what-if");
const proposing = document.querySelector("form.terms-form");
const kind = proposing?.querySelector('select[name="type"]');
const PAUSE_MS = 250; // while somebody types, nothing is asked
let waiting = 0;
let latest = 0;

function mirrored(from) {
  const other = from.form === asking ? proposing : asking;
  return other?.elements.namedItem(from.name);
}

async function answer() {
  const mine = ++latest;
  const said = new URLSearchParams(new FormData(asking));
  for (const [name, value] of [...said]) if (!value.trim()) said.delete(name);
  try {
    const got = await fetch(`${asking.dataset.answers}?${said}`, { headers: { Accept: "text/html" } });
    if (got.ok && mine === latest) asking.querySelector(".answers").innerHTML = await got.text();
  } catch {
    // no network: what stands there stays, and the button sends the form
  }
}

function typed(event) {
  const twin = mirrored(event.target);
  if (twin && asking.elements.namedItem(event.target.name)) twin.value = event.target.value;
  clearTimeout(waiting);
  waiting = setTimeout(answer, PAUSE_MS);
}

// What a kind of remedy has no use for is neither shown nor sent.
function fit() {
  const fee = proposing.querySelector("fieldset[data-for]");
  if (!fee) return;
  const used = fee.dataset.for.split(" ").includes(kind.value);
  fee.hidden = fee.disabled = !used;
  if (asking) asking.hidden = !used;
  if (kind.value === "fee_waiver") {
    const percent = proposing.elements.namedItem("concession_pct");
    if (!percent.value.trim()) percent.value = "100";
  }
}

if (kind) {
  kind.addEventListener("change", fit);
  fit();
}
if (asking && proposing) {
  asking.addEventListener("input", typed);
  proposing.addEventListener("input", typed);
}
