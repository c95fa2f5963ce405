// What happened, decoded: columns become typed arrays, messages pairs of events, numbers words for people.
// Knows nothing of what is drawn, nor of what is shown at present.

const SECOND = 1e9;

const run = decode(JSON.parse(document.getElementById("run").textContent));

function decode(raw) {
  const events = eventsOf(raw.events);
  const decoded = { ...raw, events, text: (event) => raw.texts[events.text[event]] };
  decoded.operations = operationsOf(raw.operations, raw.texts);
  decoded.messages = messagesOf(decoded);
  decoded.parts = raw.members.map((_, member) => raw.parts.filter((part) => part[1] === member));
  decoded.clocks = raw.members.map((_, member) => raw.clocks.filter((clock) => clock[1] === member));
  decoded.states = statesOf(raw.states);
  linkOperations(decoded);
  return decoded;
}

function eventsOf({ at, kind, kinds, whom, peer, text, parent }) {
  const count = at.length;
  const times = new Float64Array(count);
  const parents = new Int32Array(count);
  for (let event = 0, time = 0; event < count; event++) {
    times[event] = time += at[event];
    parents[event] = parent[event] ? event - parent[event] : -1;
  }
  return {
    count, at: times, parent: parents, kinds,
    kind: Uint8Array.from(kind), whom: Int32Array.from(whom), peer: Int32Array.from(peer), text: Uint32Array.from(text),
  };
}

function operationsOf(raw, texts) {
  const words = { o: "ok", f: "fail", i: "info" };
  const guilty = new Set(raw.guilty);
  return raw.client.map((client, index) => ({
    index, client, at: raw.at[index], until: raw.took[index] < 0 ? null : raw.at[index] + raw.took[index],
    op: texts[raw.op[index]], result: texts[raw.result[index]], outcome: words[raw.outcome[index]],
    server: raw.server[index], guilty: guilty.has(index), invoke: -1, complete: -1,
  }));
}

// A client asks one after the other, so its invocations and completions follow its operations.
function linkOperations({ events, operations, members }) {
  const queues = members.map((_, member) => operations.filter((operation) => operation.client === member));
  const next = queues.map(() => 0);
  const invoke = events.kinds.indexOf("invoke");
  const complete = events.kinds.indexOf("complete");
  for (let event = 0; event < events.count; event++) {
    const whom = events.whom[event];
    if (events.kind[event] === invoke) {
      const operation = queues[whom]?.[next[whom]++];
      if (operation) operation.invoke = event;
    } else if (events.kind[event] === complete) {
      const operation = queues[whom]?.[next[whom] - 1];
      if (operation) operation.complete = event;
    }
  }
}

// Every arrival or loss is a message of its own; so is a sending that came to neither. Its fate is a category: delivered,
// arrived in another way, or why it was lost.
function messagesOf({ events, text, end }) {
  const kindOf = (name) => events.kinds.indexOf(name);
  const [send, deliver, drop] = ["send", "deliver", "drop"].map(kindOf);
  const categories = [];
  const category = (name, tone) => {
    const found = categories.findIndex((one) => one.name === name);
    return found >= 0 ? found : categories.push({ name, tone }) - 1;
  };
  category("delivered", "message");
  const list = [];
  const of = new Int32Array(events.count).fill(-1);
  const firstOf = new Int32Array(events.count).fill(-1);
  const fateOf = (event, sent) => {
    if (events.kind[event] === drop) return category(`lost: ${text(event)}`, "lost");
    if (firstOf[sent] >= 0) return category("arrived again", "odd");
    return events.text[event] === events.text[sent] ? 0 : category("arrived changed", "odd");
  };
  for (let event = 0; event < events.count; event++) {
    if (events.kind[event] !== deliver && events.kind[event] !== drop) continue;
    const sent = events.parent[event];
    if (sent < 0) continue;
    of[event] = list.push({ send: sent, arrival: event, fate: fateOf(event, sent) }) - 1;
    if (firstOf[sent] < 0) firstOf[sent] = of[event];
  }
  for (let event = 0; event < events.count; event++) {
    if (events.kind[event] !== send) continue;
    if (firstOf[event] < 0) {
      firstOf[event] = list.push({ send: event, arrival: -1, fate: category("never arrived", "odd") }) - 1;
    }
    of[event] = firstOf[event];
  }
  return { categories, of, ...messageColumns(list, events, end) };
}

function messageColumns(list, events, end) {
  const column = (of) => Float64Array.from(list, of);
  const times = list.filter(({ arrival, send, fate }) => fate === 0 && events.at[arrival] > events.at[send])
    .slice(0, 2000).map(({ arrival, send }) => events.at[arrival] - events.at[send]).sort((one, other) => one - other);
  const usual = times[times.length >> 1] ?? 5e6;
  return {
    usual,
    // Until when it is drawn: what never arrives fades out soon.
    gone: column((message) => (message.arrival < 0 ? events.at[message.send] + usual * 2 : events.at[message.arrival])),
    count: list.length,
    send: Int32Array.from(list, (message) => message.send),
    arrival: Int32Array.from(list, (message) => message.arrival),
    fate: Uint8Array.from(list, (message) => message.fate),
    from: Int32Array.from(list, (message) => events.whom[message.send]),
    to: Int32Array.from(list, (message) => events.peer[message.send]),
    begin: column((message) => events.at[message.send]),
    until: column((message) => (message.arrival < 0 ? end : events.at[message.arrival])),
  };
}

// States stay as they are written: each is what changed since the member's last one.
function statesOf({ lines, shots, thinned }) {
  const byMember = new Map();
  for (const [after, member, front, back, between] of shots) {
    if (!byMember.has(member)) byMember.set(member, []);
    byMember.get(member).push({ after, front, back, between });
  }
  return { byMember, lines, thinned };
}

// How a member stood after an event: the last state that was seen up to it, and the one before that.
function stateAt(member, event) {
  const shots = run.states.byMember.get(member) ?? [];
  const next = firstIndex(shots.length, (place) => shots[place].after > event + 1);
  if (next === 0) return null;
  let now = [];
  let before = null;
  for (const { front, back, between } of shots.slice(0, next)) {
    before = now;
    now = between ? [...now.slice(0, front), ...between, ...now.slice(now.length - back)] : [];
  }
  const text = (numbers) => numbers.map((number) => run.states.lines[number]);
  const down = shots[next - 1].between === null;
  return { seen: shots[next - 1].after - 1, lines: down ? null : text(now), before: next > 1 ? text(before) : null };
}

// The last part a member was seen to play; null while it is down.
function partAt(member, time) {
  const parts = run.parts[member];
  const next = firstIndex(parts.length, (place) => parts[place][0] > time);
  return next === 0 ? undefined : parts[next - 1][2];
}

function clockAt(member, time) {
  const clocks = run.clocks[member];
  const next = firstIndex(clocks.length, (place) => clocks[place][0] > time);
  return next === 0 ? null : { wall: clocks[next - 1][2], monotonic: clocks[next - 1][3] };
}

// The first index for which the test holds, which holds for all behind it; the count, if for none.
function firstIndex(count, holds) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const firstEventAt = (time) => firstIndex(run.events.count, (event) => run.events.at[event] >= time);
const name = (member) => run.members[member]?.name ?? "the world";
const kindOf = (event) => run.events.kinds[run.events.kind[event]];

// From an event back to where it began.
function causesOf(event) {
  const chain = [];
  for (let one = event; one >= 0 && chain.length < 500; one = run.events.parent[one]) chain.push(one);
  return chain;
}

// What came of an event at once.
function effectsOf(event) {
  const effects = [];
  for (let one = event + 1; one < run.events.count; one++) {
    if (run.events.parent[one] === event) effects.push(one);
  }
  return effects;
}

function inWords(event) {
  const { whom, peer } = run.events;
  const [one, other, text] = [name(whom[event]), name(peer[event]), run.text(event)];
  switch (kindOf(event)) {
    case "send": return `${one} sends to ${other}: ${text}`;
    case "deliver": return `${one} receives from ${other}: ${text}`;
    case "drop": return `a message from ${one} to ${other} is lost: ${text}`;
    case "timer": return `${one}: timer ${text} runs out`;
    case "sync": return `${one}: a sync completes: ${text}`;
    case "start": return `${one} starts ${text}`;
    case "event": return `${one} says ${text}`;
    case "invoke": return `${one} asks ${text}`;
    case "complete": return `${one} is answered: ${text}`;
    case "crash": return `${one} crashes ${text}`;
    case "fault": return `fault: ${text}`;
    case "phase": return `phase: ${text}`;
    default: return `${whom[event] < 0 ? "" : `${one}: `}${text}`;
  }
}

const formatTime = (time, decimals = 6) => `${(time / SECOND).toFixed(decimals)} s`;

function formatSpan(span) {
  const size = Math.abs(span);
  const [unit, scale] = size >= SECOND ? ["s", SECOND] : size >= 1e6 ? ["ms", 1e6] : size >= 1e3 ? ["µs", 1e3] : ["ns", 1];
  const value = span / scale;
  return `${Number(value.toPrecision(size >= 1000 * scale ? 6 : 3))} ${unit}`;
}
