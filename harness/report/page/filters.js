// What is hidden: members, kinds of events, fates of messages, whatever does not contain a text, and other times.

const filters = document.getElementById("filters");
const EVENT_KINDS = { timer: "timers", sync: "syncs", event: "what nodes say", log: "logs", start: "starts", crash: "crashes", fault: "faults", phase: "phases", invoke: "questions", complete: "answers" };

function toggle(set, key) {
  if (!set.delete(key)) set.add(key);
  refilter();
}

function chip(text, set, key, tone) {
  const box = element("input", { type: "checkbox", onchange: () => toggle(set, key) });
  box.checked = !set.has(key);
  const dot = tone ? element("i", { "data-tone": tone }) : null;
  return element("label", { class: "chip" }, box, dot, text);
}

function group(title, chips) {
  return element("fieldset", {}, element("legend", {}, title), ...chips);
}

function buildFilters() {
  const members = run.members.map((member, place) => chip(member.name, view.hiddenMembers, place));
  const fates = run.messages.categories.map(({ name, tone }, place) => chip(name, view.hiddenCategories, `message ${place}`, tone));
  const present = new Set(run.events.kinds);
  const kinds = Object.entries(EVENT_KINDS).filter(([kind]) => present.has(kind) && !["invoke", "complete", "fault", "phase"].includes(kind))
    .map(([kind, text]) => chip(text, view.hiddenCategories, kind));
  if (run.operations.length) kinds.push(chip("operations", view.hiddenCategories, "operation", "ok"));
  const needle = element("input", {
    type: "search", placeholder: "text in a message", "aria-label": "Show only what contains this text",
    oninput: (event) => {
      view.needle = event.target.value.trim().toLowerCase();
      refilter();
    },
  });
  filters.append(
    group("members", members), group("messages", fates), group("events", kinds), group("text", [needle]),
    group("time, s", [timeBox("from"), "–", timeBox("to")]),
  );
  filters.addEventListener("submit", (event) => event.preventDefault());
  onChange((what) => {
    if (what & CHANGES.theme) paintDots();
    if (what & CHANGES.range) showTimes();
  });
  paintDots();
}

function timeBox(which) {
  return element("input", {
    type: "text", class: "time", inputmode: "decimal", "aria-label": `${which}, in seconds`, id: `time-${which}`,
    onchange: (event) => {
      const time = Number(event.target.value.replace("s", "").trim()) * SECOND;
      if (Number.isNaN(time)) return showTimes();
      if (which === "from") setRange(time, Math.max(view.to, time + SHORTEST));
      else setRange(Math.min(view.from, time - SHORTEST), time);
    },
  });
}

function showTimes() {
  const decimals = Math.min(9, Math.max(3, 3 - Math.floor(Math.log10((view.to - view.from) / SECOND))));
  for (const which of ["from", "to"]) {
    const box = document.getElementById(`time-${which}`);
    if (document.activeElement !== box) box.value = (view[which] / SECOND).toFixed(decimals);
  }
}

function paintDots() {
  for (const dot of filters.querySelectorAll("i")) dot.style.background = colour(dot.dataset.tone);
}
