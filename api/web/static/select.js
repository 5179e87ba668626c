// Ticking: all at once, and how many there are. Without scripts each row is ticked by itself.
const list = document.querySelector("form.list");
const all = document.querySelector("#all");
const said = document.querySelector(".chosen");

function boxes() {
  return [...list.querySelectorAll('input[name="alert_ids"]')];
}

function show() {
  const ticked = boxes().filter((box) => box.checked).length;
  if (said) said.textContent = ticked ? said.dataset.some.replace("{n}", ticked) : "";
  if (!all) return;
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
}

if (list && all) {
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  list.addEventListener("change", show);
  show();
}

// One sheet at a time, and Escape or a click elsewhere puts it away.
const sheets = [...document.querySelectorAll("details.drop")];
document.addEventListener("click", (event) => {
  for (const sheet of sheets) if (!sheet.contains(event.target)) sheet.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const sheet of sheets) {
    if (!sheet.open) continue;
    sheet.open = false;
    sheet.querySelector("summary").focus();
  }
});
