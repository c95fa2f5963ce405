// What lies behind the messages: lanes, the parts that nodes play, faults, outages, marked moments, names, the axis.

const FONT = '12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif';
const SMALL = '11px system-ui, "Segoe UI", "DejaVu Sans", sans-serif';
const BOLD = '600 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif';

function drawLanes(context, plan) {
  context.fillStyle = colour("lane");
  let odd = false;
  for (const lane of plan.lanes.values()) {
    odd = !odd;
    if (odd) context.fillRect(GUTTER, lane.top, plan.width - GUTTER, lane.height);
  }
}

function drawFaults(context, plan) {
  context.font = SMALL;
  context.textBaseline = "middle";
  for (const fault of plan.faults.list) {
    const from = Math.max(plan.x(fault.at), GUTTER - 2);
    const to = Math.max(Math.min(plan.x(fault.until), plan.width + 2), from + 3);
    shadeLanes(context, plan, fault, from, to);
    const y = plan.faultTop + fault.row * (ROWS.fault + ROWS.faultGap);
    const chosen = view.selected?.fault === fault.index;
    context.fillStyle = colour("fault");
    context.globalAlpha = chosen ? 0.85 : 0.42;
    context.fillRect(from, y, to - from, ROWS.fault);
    context.globalAlpha = 1;
    context.fillRect(from, y, 2.5, ROWS.fault);
    fault.box = [from, y, Math.max(to, from + 14), y + ROWS.fault];
    const whom = fault.on.length ? fault.on.map(name).join(" ") : "nobody";
    const next = plan.faults.list.filter((other) => other.row === fault.row && other.at > fault.at).map((other) => plan.x(other.at));
    const room = Math.min(plan.width, ...next) - from - 10;
    context.fillStyle = colour("fault-ink");
    const text = fault.on.length > 3 ? `${fault.name} · ${fault.on.length} members` : `${fault.name} · ${whom}`;
    context.fillText(cut(context, text, room), from + 6, y + ROWS.fault / 2 + 0.5);
  }
}

// The lanes of those whom a fault struck; of all that it struck, if it struck everybody a paler one.
function shadeLanes(context, plan, fault, from, to) {
  context.fillStyle = colour("fault-soft");
  context.globalAlpha = fault.on.length >= run.members.length - 1 ? 0.4 : 1;
  for (const member of fault.on) {
    const lane = plan.lanes.get(member);
    if (lane) context.fillRect(from, lane.top, to - from, lane.height);
  }
  context.globalAlpha = 1;
}

const PARTS = { leader: ["leader", 4], primary: ["leader", 4], active: ["leader", 4], candidate: ["candidate", 3] };

function drawLifelines(context, plan) {
  for (const [member, lane] of plan.lanes) {
    if (!lane.node) {
      strokeLine(context, GUTTER, lane.line, plan.width, lane.line, "line", 1);
      continue;
    }
    const parts = run.parts[member];
    const first = Math.max(0, firstIndex(parts.length, (place) => parts[place][0] > view.from) - 1);
    const labels = new Row();
    if (!parts.length || parts[0][0] > view.from) strokeLine(context, GUTTER, lane.line, plan.width, lane.line, "line", 1);
    for (let place = first; place < parts.length && parts[place][0] <= view.to; place++) {
      const from = Math.max(plan.x(parts[place][0]), GUTTER);
      const to = place + 1 < parts.length ? Math.min(plan.x(parts[place + 1][0]), plan.width) : plan.width;
      drawPart(context, lane, parts[place][2], from, to, labels);
    }
  }
}

function drawPart(context, lane, role, from, to, labels) {
  context.clearRect(from, lane.line - 1, to - from, 2);
  if (role === null) {
    hatch(context, from, lane.line - 6, Math.max(to - from, 2), 12);
  } else {
    const [tone, width] = PARTS[role] ?? ["muted", 1.25];
    strokeLine(context, from, lane.line, Math.max(to, from + 1), lane.line, tone, width);
  }
  const word = role ?? "down";
  const tone = role === null ? "down" : PARTS[role]?.[0];
  if (!tone) return;
  context.font = SMALL;
  const width = measured(context, word) + 8;
  if ((to - from > width || role === null) && labels.take(from, from + width)) {
    context.textBaseline = "middle";
    write(context, word, from + 3, lane.line - 12, tone);
  }
}

function hatch(context, x, y, width, height) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = colour("down");
  context.lineWidth = 1;
  context.beginPath();
  for (let at = x - height - ((x - height) % 6); at < x + width; at += 6) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.strokeRect(x, y, width, height);
  context.restore();
}

function strokeLine(context, x, y, toX, toY, tone, width) {
  context.strokeStyle = colour(tone);
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

function drawOutages(context, plan) {
  context.font = SMALL;
  context.textBaseline = "middle";
  for (const outage of run.outages) {
    if (outage.until < view.from || outage.from > view.to) continue;
    const from = Math.max(plan.x(outage.from), GUTTER);
    const to = Math.min(Math.max(plan.x(outage.until), from + 2), plan.width);
    context.fillStyle = colour("guilty");
    context.globalAlpha = 0.75;
    context.fillRect(from, plan.outageTop + 3, to - from, ROWS.outage - 6);
    context.globalAlpha = 1;
    const text = `nobody is served for ${formatSpan(outage.until - outage.from)}`;
    context.fillStyle = colour("guilty");
    const width = measured(context, text);
    if (to + width + 8 < plan.width && to - from > 24) context.fillText(text, to + 5, plan.outageTop + ROWS.outage / 2);
  }
}

function decidedText() {
  const { before, later, fails, of } = run.decided;
  return before ? `inevitable from here${later} (${fails} of ${of})` : `inevitable from the beginning (${fails} of ${of})`;
}

// Moments with a name: when it broke, and what decided it. The later one has its name first, the other what is left of it.
function drawMarks(context, plan) {
  const marks = [];
  if (run.decided) marks.push([run.decided.at, decidedText(), "decided"]);
  if (run.violated !== null) marks.push([run.violated, "violated", "guilty"]);
  context.font = BOLD;
  context.textBaseline = "middle";
  let free = plan.width;
  for (const [place, [at, text, tone]] of marks.reverse().entries()) {
    const x = plan.x(at);
    if (x < GUTTER - 1 || x > plan.width + 1) continue;
    context.setLineDash(tone === "guilty" ? [] : [5, 3]);
    strokeLine(context, x, ROWS.marks - 4, x, plan.bottom, tone, 1.5);
    context.setLineDash([]);
    const width = measured(context, text) + 10;
    let left = place === 0 ? x : x - width;
    if (left + width > free) left = free - width;
    left = Math.max(left, GUTTER);
    free = left - 3;
    context.fillStyle = colour(tone);
    context.fillRect(left, 1, width, ROWS.marks - 4);
    context.fillStyle = colour("paper");
    context.fillText(text, left + 5, ROWS.marks / 2 - 0.5);
  }
}

function drawAxis(context, plan) {
  const { times, decimals } = ticks(view.from, view.to, Math.max(3, (plan.width - GUTTER) / 120));
  context.font = SMALL;
  context.textBaseline = "middle";
  context.fillStyle = colour("muted");
  for (const time of times) {
    const x = plan.x(time);
    const text = formatTime(time, decimals);
    const width = measured(context, text);
    context.globalAlpha = 0.45;
    strokeLine(context, x, ROWS.marks, x, plan.bottom, "line", 1);
    context.globalAlpha = 1;
    strokeLine(context, x, plan.bottom, x, plan.bottom + 5, "muted", 1);
    if (x - width / 2 > GUTTER && x + width / 2 < plan.width) context.fillText(text, x - width / 2, plan.bottom + 15);
  }
  strokeLine(context, GUTTER, plan.bottom, plan.width, plan.bottom, "line", 1);
}

function drawNames(context, plan) {
  context.fillStyle = colour("paper");
  context.fillRect(0, 0, GUTTER, plan.height);
  strokeLine(context, GUTTER - 0.5, ROWS.marks, GUTTER - 0.5, plan.bottom, "line", 1);
  context.textBaseline = "middle";
  if (plan.faults.count) {
    context.font = SMALL;
    context.fillStyle = colour("muted");
    context.fillText("faults", 8, plan.faultTop + ROWS.fault / 2);
  }
  for (const [member, lane] of plan.lanes) {
    context.font = BOLD;
    context.fillStyle = colour("ink");
    context.fillText(cut(context, name(member), 44), 8, lane.line);
    context.font = SMALL;
    context.fillStyle = colour("muted");
    const { region } = run.members[member];
    const what = lane.node ? (partAt(member, Math.min(view.to, run.end)) ?? "") : "client";
    context.fillText(cut(context, region ?? what, GUTTER - 62), 54, lane.line);
  }
  context.font = SMALL;
  context.fillStyle = colour("muted");
  context.fillText("virtual time", 8, plan.bottom + 15);
}
