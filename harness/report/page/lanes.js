// Where everything stands on the diagram: a row for each fault in view, a lane for each member, the axis below.

const GUTTER = 118;
const ROWS = { marks: 20, fault: 17, faultGap: 2, faultsMost: 7, node: 58, client: 46, outage: 16, axis: 26 };

function layOut(width) {
  const faults = faultRows();
  // Few members have room.
  const few = Math.min(Math.max(10 - run.members.length, 0), 6);
  const [nodeHeight, clientHeight] = [ROWS.node + few * 5, ROWS.client + few];
  let y = ROWS.marks;
  const faultTop = y + 2;
  y = faultTop + faults.count * (ROWS.fault + ROWS.faultGap) + (faults.count ? 6 : 0);
  const lanes = new Map();
  const shown = run.members.map((_, member) => member).filter(isShown);
  for (const member of shown.filter((member) => run.members[member].node)) {
    lanes.set(member, { top: y, height: nodeHeight, line: y + nodeHeight * 0.42, node: true });
    y += nodeHeight;
  }
  const outageTop = y;
  if (run.outages.length) y += ROWS.outage;
  for (const member of shown.filter((member) => !run.members[member].node)) {
    lanes.set(member, { top: y, height: clientHeight, line: y + 15, node: false });
    y += clientHeight;
  }
  const span = view.to - view.from;
  const scale = (width - GUTTER) / span;
  return {
    width, lanes, faults, faultTop, outageTop, bottom: y, height: y + ROWS.axis,
    x: (time) => GUTTER + (time - view.from) * scale,
    time: (x) => view.from + (x - GUTTER) / scale,
  };
}

// Faults in view, packed into as few rows as keep their labels apart; what finds no row shares the last.
function faultRows() {
  const inView = run.faults.map((fault, index) => ({ ...fault, index })).filter((fault) => fault.until >= view.from && fault.at <= view.to);
  inView.sort((one, other) => one.at - other.at);
  const span = view.to - view.from;
  const ends = [];
  for (const fault of inView) {
    const begin = Math.max(fault.at, view.from);
    let row = ends.findIndex((end) => end <= begin);
    if (row < 0) row = ends.length < ROWS.faultsMost ? ends.length : ROWS.faultsMost - 1;
    fault.row = row;
    // A short fault keeps room for its label.
    ends[row] = Math.max(ends[row] ?? 0, fault.until, begin + span * 0.11);
  }
  return { list: inView, count: ends.length };
}

// Round moments for the axis, about so many, and how many decimals tell them apart.
function ticks(from, to, about) {
  const rough = (to - from) / about;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * magnitude).find((step) => step >= rough);
  const decimals = Math.max(0, Math.min(9, -Math.floor(Math.log10(step / SECOND) + 1e-9)));
  const first = Math.ceil(from / step) * step;
  const times = [];
  for (let index = 0; first + index * step <= to; index++) times.push(first + index * step);
  return { times, decimals };
}

// Text on whatever lies behind it, with a rim that keeps it legible.
function write(context, text, x, y, tone) {
  context.strokeStyle = colour("paper");
  context.lineWidth = 3.5;
  context.lineJoin = "round";
  context.globalAlpha = 0.85;
  context.strokeText(text, x, y);
  context.globalAlpha = 1;
  context.fillStyle = colour(tone);
  context.fillText(text, x, y);
}

// Text cut to a width, with an ellipsis if anything is missing; empty if nothing fits.
const widths = new Map();
function measured(context, text) {
  const key = context.font + text;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 20000) widths.clear();
    widths.set(key, (width = context.measureText(text).width));
  }
  return width;
}

function cut(context, text, width) {
  if (measured(context, text) <= width) return text;
  const size = text.length * (width / measured(context, text)) - 1;
  return size < 2 ? "" : `${text.slice(0, Math.floor(size))}…`;
}

// Keeps labels of one row from one another: answers whether there was room, and takes it.
class Row {
  #taken = [];

  take(from, to) {
    if (this.#taken.some(([begin, end]) => from < end && to > begin)) return false;
    this.#taken.push([from, to]);
    return true;
  }
}
