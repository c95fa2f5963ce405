// What is shown at present: a span of time, what is hidden, what is selected. Whoever draws listens here.

const CHANGES = { range: 1, filter: 2, selection: 4, theme: 8 };

const view = {
  from: 0,
  to: run.end,
  hiddenMembers: new Set(),
  hiddenCategories: new Set(),
  needle: "",
  // { event }, { operation }, { fault } or { member, at }; null for nothing.
  selected: null,
  chain: [],
};

const listeners = [];
let pending = 0;

// Calls back once a frame, with what has changed since the last.
function onChange(listener) {
  listeners.push(listener);
}

function changed(what) {
  if (pending === 0) requestAnimationFrame(tell);
  pending |= what;
}

function tell() {
  const what = pending;
  pending = 0;
  for (const listener of listeners) listener(what);
}

const SHORTEST = 2e3;

function setRange(from, to) {
  const whole = Math.max(run.end, 1);
  const span = Math.min(Math.max(to - from, SHORTEST), whole * 1.04);
  const middle = (from + to) / 2;
  const slack = whole * 0.02;
  view.from = Math.min(Math.max(middle - span / 2, -slack), whole + slack - span);
  view.to = view.from + span;
  changed(CHANGES.range);
}

const pan = (share) => setRange(view.from + (view.to - view.from) * share, view.to + (view.to - view.from) * share);

// By that factor, about a moment that stays where it is.
function zoom(factor, about = (view.from + view.to) / 2) {
  const span = Math.min(Math.max((view.to - view.from) * factor, SHORTEST), run.end * 1.04);
  const share = (about - view.from) / (view.to - view.from);
  setRange(about - span * share, about + span * (1 - share));
}

const showWhole = () => setRange(-run.end * 0.02, run.end * 1.02);

// Where it broke: the operations that together are impossible and what decided it, with some room around them.
function showStory() {
  const story = storySpan();
  if (!story) return showWhole();
  const room = Math.max((story.to - story.from) * 0.12, 1e6);
  setRange(story.from - room, story.to + room * 1.6);
}

function storySpan() {
  const guilty = run.operations.filter((operation) => operation.guilty);
  const moments = guilty.flatMap((operation) => [operation.at, operation.until ?? operation.at]);
  if (run.violated !== null) moments.push(run.violated);
  if (run.decided) moments.push(run.decided.at);
  if (moments.length === 0) return null;
  let [from, to] = [Math.min(...moments), Math.max(...moments)];
  // What struck last before the end of the story belongs to it, unless it is far away.
  const reach = Math.max(to - from, 50e6) * 2;
  for (const fault of run.faults) {
    if (fault.at < from && fault.until > from - reach && fault.at > from - reach) from = fault.at;
  }
  if (guilty.length === 0) from = Math.max(0, Math.min(from, to - 50e6));
  return { from, to };
}

// What passes the filters, as one byte each for members, fates, kinds and texts: asked a hundred thousand times a frame.
const shows = { members: new Uint8Array(run.members.length), fates: null, kinds: null, texts: null };

function refilter() {
  const shown = (list, key) => Uint8Array.from(list, (one, place) => (view.hiddenCategories.has(key(one, place)) ? 0 : 1));
  shows.members = Uint8Array.from(run.members, (_, member) => (view.hiddenMembers.has(member) ? 0 : 1));
  shows.fates = shown(run.messages.categories, (_, place) => `message ${place}`);
  shows.kinds = shown(run.events.kinds, (kind) => kind);
  shows.texts = view.needle === "" ? null : Uint8Array.from(run.texts, (text) => (matches(text) ? 1 : 0));
  changed(CHANGES.filter);
}

const matches = (text) => view.needle === "" || text.toLowerCase().includes(view.needle);
const isShown = (member) => member < 0 || shows.members[member] === 1;
const textShown = (event) => shows.texts === null || shows.texts[run.events.text[event]] === 1;

function messageShown(message) {
  const { from, to, fate, send } = run.messages;
  return isShown(from[message]) && isShown(to[message]) && shows.fates[fate[message]] === 1 && textShown(send[message]);
}

function eventShown(event) {
  const message = run.messages.of[event];
  if (message >= 0) return messageShown(message);
  return isShown(run.events.whom[event]) && shows.kinds[run.events.kind[event]] === 1 && textShown(event);
}

function select(selected) {
  view.selected = selected;
  const event = eventOf(selected);
  view.chain = event >= 0 ? causesOf(event) : [];
  changed(CHANGES.selection);
}

// The event behind a selection: of an operation its end.
function eventOf(selected) {
  const operation = run.operations[selected?.operation];
  if (operation) return operation.complete >= 0 ? operation.complete : operation.invoke;
  return selected?.event ?? -1;
}

// What the page is about: the last of the operations that together are impossible, or what was said when it broke.
function theBreak() {
  const guilty = run.operations.filter((operation) => operation.guilty);
  if (guilty.length) return { operation: guilty.reduce((one, other) => ((other.until ?? 0) > (one.until ?? 0) ? other : one)).index };
  if (run.violated === null) return null;
  const { at, count } = run.events;
  let broke = -1;
  for (let event = firstEventAt(run.violated); event < count && at[event] <= run.violated; event++) {
    if (broke < 0 || ["event", "crash"].includes(kindOf(event))) broke = event;
  }
  return broke < 0 ? null : { event: broke };
}

// Selects an event and brings it into view if it is not there.
function goTo(event) {
  const at = run.events.at[event];
  const span = view.to - view.from;
  if (at < view.from + span * 0.04 || at > view.to - span * 0.04) setRange(at - span / 2, at + span / 2);
  select({ event });
}

// The next event that is shown, in either direction.
function stepEvent(direction) {
  const middle = firstEventAt((view.from + view.to) / 2);
  const selected = eventOf(view.selected);
  const start = selected >= 0 ? selected : direction > 0 ? middle - 1 : middle;
  for (let event = start + direction; event >= 0 && event < run.events.count; event += direction) {
    if (eventShown(event)) return goTo(event);
  }
}

const colours = new Map();

// A colour by its name in the style sheet.
function colour(property) {
  if (!colours.has(property)) {
    colours.set(property, getComputedStyle(document.documentElement).getPropertyValue(`--${property}`).trim());
  }
  return colours.get(property);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  colours.clear();
  changed(CHANGES.theme);
}

// An element; strings become text, never markup.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// A canvas as large as it is shown, on any screen; answers its context and its size in CSS pixels.
function fitted(canvas, height) {
  const ratio = window.devicePixelRatio || 1;
  if (height) canvas.style.height = `${height}px`;
  const { width, height: shown } = canvas.getBoundingClientRect();
  const [wide, high] = [Math.round(width * ratio), Math.round(shown * ratio)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, shown);
  return { context, width, height: shown };
}
