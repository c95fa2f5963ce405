// The events in view as a table, for reading and for those who cannot see the drawing; and the faults as one.

const ROWS_SHOWN = 150;
let listTimer = 0;

onChange((what) => {
  if (!(what & (CHANGES.range | CHANGES.filter | CHANGES.selection))) return;
  clearTimeout(listTimer);
  listTimer = setTimeout(drawList, 150);
});

function drawList() {
  const box = document.getElementById("list");
  if (!box.parentElement.open) return;
  const rows = [];
  let more = 0;
  const { at, count } = run.events;
  const start = firstEventAt(view.from);
  for (let event = start; event < count && at[event] <= view.to; event++) {
    if (!eventShown(event)) continue;
    if (rows.length < ROWS_SHOWN) rows.push(listRow(event));
    else more++;
  }
  const head = element("tr", {}, ...["time", "who", "what", "text"].map((text) => element("th", { scope: "col" }, text)));
  const caption = rows.length === 0 ? "Nothing that is shown happens in view." : more ? `The first ${rows.length} of ${(rows.length + more).toLocaleString("en")}; zoom in for the others.` : `All ${rows.length}.`;
  box.replaceChildren(element("table", {}, element("caption", {}, caption), element("thead", {}, head), element("tbody", {}, ...rows)));
}

function listRow(event) {
  const { at, whom, peer } = run.events;
  const message = run.messages.of[event];
  const fate = message < 0 ? "" : ` ${run.messages.categories[run.messages.fate[message]].name}`;
  const what = kindOf(event) === "send" ? `sends to ${name(peer[event])},${fate}`
    : kindOf(event) === "deliver" ? `receives from ${name(peer[event])}`
    : kindOf(event) === "drop" ? `to ${name(peer[event])}` : kindOf(event);
  const jump = element("button", { type: "button", onclick: () => select({ event }) }, formatTime(at[event]));
  return element("tr", { class: view.selected?.event === event ? "here" : null },
    element("td", {}, jump), element("td", {}, whom[event] < 0 ? "" : name(whom[event])), element("td", {}, what),
    element("td", { class: "text" }, element("span", {}, run.text(event))));
}

function drawFaultTable() {
  const rows = run.faults.map((fault, index) => element("tr", {},
    element("td", {}, element("button", { type: "button", onclick: () => goToFault(index) }, formatTime(fault.at, 3))),
    element("td", {}, fault.until > fault.at ? formatSpan(fault.until - fault.at) : "at once"),
    element("td", {}, fault.plan), element("td", {}, fault.on.map(name).join(" ") || "nobody"), element("td", {}, fault.effect)));
  const head = element("tr", {}, ...["from", "for", "fault", "on", "effect"].map((text) => element("th", { scope: "col" }, text)));
  document.getElementById("faults").replaceChildren(rows.length
    ? element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows))
    : element("p", { class: "muted" }, "None struck."));
}

function goToFault(index) {
  const fault = run.faults[index];
  const room = Math.max((fault.until - fault.at) * 0.3, 20e6);
  setRange(fault.at - room, fault.until + room);
  select({ fault: index });
}
