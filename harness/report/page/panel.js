// What is selected, in words: the message, what led to it, what came of it, and how the member stood.

const panel = document.getElementById("panel");
const spoken = document.getElementById("spoken");

onChange((what) => {
  if (!(what & CHANGES.selection)) return;
  const { selected } = view;
  if (!selected) panel.replaceChildren(...nothingSelected());
  else if (selected.event >= 0) panel.replaceChildren(...eventPage(selected.event));
  else if (selected.operation >= 0) panel.replaceChildren(...operationPage(run.operations[selected.operation]));
  else if (selected.fault >= 0) panel.replaceChildren(...faultPage(run.faults[selected.fault]));
  else panel.replaceChildren(...momentPage(selected.member, selected.at));
  panel.scrollTop = 0;
  spoken.textContent = selected ? panel.querySelector("h2")?.textContent ?? "" : "";
});

const heading = (text) => element("h3", {}, text);
const tag = (text, tone) => element("span", { class: `tag ${tone}` }, text);

function nothingSelected() {
  return [
    element("h2", {}, "Nothing selected"),
    element("p", { class: "muted" }, "Click an arrow, a mark, an operation or a fault for what it was, what led to it, and how its node stood; "
      + "click a line for its state at that moment."),
  ];
}

function eventPage(event) {
  const { at, whom, peer } = run.events;
  const message = run.messages.of[event];
  const kind = kindOf(event);
  const parts = [element("h2", {}, titleOf(event)), element("p", { class: "muted" }, `at ${formatTime(at[event])}`)];
  if (message >= 0) parts.push(...messageParts(message));
  const text = kind === "drop" && message >= 0 ? run.text(run.messages.send[message]) : run.text(event);
  if (text) parts.push(element("pre", {}, pretty(text)));
  parts.push(heading("What led to it"), eventList(view.chain.slice(0, 60), event));
  const effects = effectsOf(event);
  if (effects.length) parts.push(heading(`What came of it at once (${effects.length})`), eventList(effects.slice(0, 40)));
  const member = kind === "drop" ? peer[event] : whom[event];
  if (member >= 0) parts.push(...stateParts(member, event));
  return parts;
}

function titleOf(event) {
  const [one, other] = [name(run.events.whom[event]), name(run.events.peer[event])];
  const titles = {
    send: `${one} → ${other}`, deliver: `${other} → ${one}, arrives`, drop: `${one} → ${other}, lost`, timer: `${one}, timer`,
    sync: `${one}, sync completes`, start: `${one} starts`, event: `${one} says`, invoke: `${one} asks`, complete: `${one} is answered`,
    crash: `${one} crashes`, fault: "fault", phase: "phase",
  };
  return titles[kindOf(event)] ?? `${one}, ${kindOf(event)}`;
}

function messageParts(message) {
  const { categories, fate, begin, until, arrival, send } = run.messages;
  const { name: category, tone } = categories[fate[message]];
  const parts = [tag(category, { message: "good", lost: "lost", odd: "odd" }[tone])];
  if (arrival[message] >= 0 && until[message] > begin[message]) {
    parts.push(`after ${formatSpan(until[message] - begin[message])}`);
  }
  const jump = (event, text) => element("button", { type: "button", onclick: () => goTo(event) }, text);
  const jumps = element("p", {}, jump(send[message], `sent ${formatTime(begin[message], 4)}`), " ");
  if (arrival[message] >= 0) jumps.append(jump(arrival[message], `${tone === "lost" ? "lost" : "arrives"} ${formatTime(until[message], 4)}`));
  return [element("p", {}, ...parts), jumps];
}

function eventList(events, here = -1) {
  const rows = events.map((event) => element("li", { class: event === here ? "here" : null },
    element("button", { type: "button", onclick: () => goTo(event) },
      element("time", {}, formatTime(run.events.at[event], 4)), element("span", {}, short(inWords(event), 140)))));
  return element("ol", {}, ...rows);
}

const short = (text, most) => (text.length > most ? `${text.slice(0, most)}…` : text);

// The state as it was seen last, with the lines that its last change brought.
function stateParts(member, event) {
  const at = run.events.at[event];
  const part = partAt(member, at);
  const parts = [heading(`${name(member)} then${part ? `: ${part}` : part === null ? ": down" : ""}`)];
  const clock = clockAt(member, at);
  if (clock && (clock.wall || clock.monotonic)) {
    parts.push(element("p", {}, `its wall clock is off by ${formatSpan(clock.wall)}, its monotonic clock by ${formatSpan(clock.monotonic)}`));
  }
  const state = stateAt(member, event);
  if (!state) return [...parts, element("p", { class: "muted" }, "its state was not yet seen")];
  if (!state.lines) return [...parts, element("p", {}, "the machine is down")];
  const seen = run.events.at[Math.min(state.seen, run.events.count - 1)];
  const rarely = run.every > 1 || run.states.thinned > 1;
  parts.push(element("p", { class: "muted" }, rarely
    ? `as seen at ${formatTime(seen)}; in a run this long not every step is looked at`
    : `unchanged since ${formatTime(seen)}`, state.before ? "; marked is what changed then" : ""));
  const old = new Set(state.before ?? state.lines);
  const shown = element("pre", { tabindex: "0", class: "state" });
  for (const line of state.lines) shown.append(old.has(line) ? `${line}\n` : element("mark", {}, line));
  return [...parts, shown];
}

function operationPage(operation) {
  const tone = operation.guilty ? "bad" : { ok: "good", fail: "plain", info: "odd" }[operation.outcome];
  const parts = [
    element("h2", {}, `${name(operation.client)}: ${operation.op}`),
    element("p", {}, tag(operation.outcome, tone), operation.guilty ? tag("part of what is impossible", "bad") : null, operation.result),
    element("p", { class: "muted" }, operation.until === null
      ? `asked at ${formatTime(operation.at)}, never answered`
      : `asked at ${formatTime(operation.at)}, ended at ${formatTime(operation.until)}, after ${formatSpan(operation.until - operation.at)}`),
  ];
  if (operation.server >= 0) parts.push(element("p", {}, `answered by ${name(operation.server)}`));
  const last = operation.complete >= 0 ? operation.complete : operation.invoke;
  if (last >= 0) parts.push(heading("What led to its end"), eventList(causesOf(last).slice(0, 60)), ...stateParts(operation.client, last));
  return parts;
}

function faultPage(fault) {
  return [
    element("h2", {}, fault.plan),
    element("p", { class: "muted" }, fault.until > fault.at
      ? `from ${formatTime(fault.at, 4)} to ${formatTime(fault.until, 4)}, for ${formatSpan(fault.until - fault.at)}`
      : `at ${formatTime(fault.at, 4)}`),
    element("p", {}, fault.on.length ? `struck ${fault.on.map(name).join(", ")}` : "struck nobody"),
    element("p", {}, `effect: ${fault.effect}`),
  ];
}

function momentPage(member, at) {
  const event = Math.max(0, firstEventAt(at) - 1);
  const { begin, until, to, count } = run.messages;
  const coming = [];
  for (let message = 0; message < count && coming.length < 20; message++) {
    if (to[message] === member && begin[message] <= at && until[message] > at) coming.push(run.messages.send[message]);
  }
  const open = run.operations.filter((operation) => operation.client === member && operation.at <= at && (operation.until ?? run.end) > at);
  const parts = [element("h2", {}, `${name(member)} at ${formatTime(at, 4)}`)];
  if (open.length) parts.push(element("p", {}, `waits for ${open.map(({ op }) => op).join(", ")}`));
  if (coming.length) parts.push(heading("On its way there"), eventList(coming));
  return [...parts, ...stateParts(member, event)];
}

// A value as Rust's Debug writes it on one line, on many: what is short stays together.
function pretty(text, wide = 44) {
  if (text.length <= wide) return text;
  let [depth, out, quoted] = [0, "", false];
  const indent = () => `\n${"  ".repeat(depth)}`;
  for (let place = 0; place < text.length; place++) {
    const letter = text[place];
    if (letter === '"' && text[place - 1] !== "\\") quoted = !quoted;
    if (quoted || !"{}[](),".includes(letter)) {
      out += letter === " " && out.endsWith("\n" + "  ".repeat(depth)) ? "" : letter;
    } else if ("{[(".includes(letter)) {
      const end = closing(text, place);
      if (end - place < wide) {
        out += text.slice(place, end + 1);
        place = end;
      } else {
        depth++;
        out += letter + indent();
      }
    } else if (letter === ",") {
      out += letter + indent();
    } else {
      depth = Math.max(0, depth - 1);
      out = out.trimEnd() + indent() + letter;
    }
  }
  return out;
}

function closing(text, open) {
  let [depth, quoted] = [0, false];
  for (let place = open; place < text.length; place++) {
    if (text[place] === '"' && text[place - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if ("{[(".includes(text[place])) depth++;
    if ("}])".includes(text[place]) && --depth === 0) return place;
  }
  return text.length;
}
