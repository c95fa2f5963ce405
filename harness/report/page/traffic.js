// Messages as arrows and events as marks on their lines; or, where there are too many to be told apart, how busy everybody
// is, column by column, with what was lost.

// So many messages are drawn one by one.
const ARROWS = 2500;

// What was drawn, for the pointer to find.
const drawn = { messages: [], events: [] };

function visibleMessages() {
  const { count, begin, gone } = run.messages;
  const found = [];
  let all = 0;
  for (let message = 0; message < count; message++) {
    if (begin[message] > view.to || gone[message] < view.from || !messageShown(message)) continue;
    all++;
    if (found.length <= ARROWS) found.push(message);
  }
  return { found, all };
}

function drawTraffic(context, plan) {
  drawn.messages.length = 0;
  drawn.events.length = 0;
  const { found, all } = visibleMessages();
  if (all > ARROWS) {
    drawBusyness(context, plan);
  } else {
    drawArrows(context, plan, found);
    drawEvents(context, plan, all < 400);
  }
  return all;
}

// Where an arrow begins and ends. A message that is lost on its way ends there, and one that never arrives fades out.
function arrowOf(plan, message) {
  const { from, to, begin, until, arrival, fate, categories } = run.messages;
  const [one, other] = [plan.lanes.get(from[message]), plan.lanes.get(to[message])];
  if (!one || !other) return null;
  const lost = categories[fate[message]].tone === "lost";
  const atOnce = until[message] - begin[message] < 1;
  const arrow = { message, x: plan.x(begin[message]), y: one.line, toX: plan.x(until[message]), toY: other.line, lost };
  if (arrival[message] < 0) arrow.toX = plan.x(run.messages.gone[message]);
  if (from[message] === to[message]) return { ...arrow, toX: Math.max(arrow.toX, arrow.x + 6), toY: one.line - 7 };
  if (lost && atOnce) {
    const share = 0.42;
    arrow.toX = arrow.x + (plan.x(begin[message] + run.messages.usual) - arrow.x) * share;
    arrow.toY = arrow.y + (arrow.toY - arrow.y) * share;
  }
  return arrow;
}

function drawArrows(context, plan, messages) {
  const { categories, fate } = run.messages;
  const alpha = messages.length > 900 ? 0.35 : messages.length > 250 ? 0.55 : 0.8;
  const heads = messages.length < 700;
  const byFate = categories.map(() => []);
  for (const message of messages) {
    const arrow = arrowOf(plan, message);
    if (!arrow) continue;
    byFate[fate[message]].push(arrow);
    drawn.messages.push(arrow);
  }
  for (const [place, arrows] of byFate.entries()) {
    const { tone, name: category } = categories[place];
    context.globalAlpha = tone === "message" ? alpha : Math.max(alpha, 0.85);
    context.setLineDash(category === "never arrived" ? [2, 4] : tone === "odd" ? [6, 3] : []);
    strokeArrows(context, arrows, tone);
    context.setLineDash([]);
    if (tone === "lost") for (const arrow of arrows) cross(context, arrow.toX, arrow.toY, 3.6, tone);
    else if (heads && category !== "never arrived") for (const arrow of arrows) head(context, arrow, tone, 6);
  }
  context.globalAlpha = 1;
}

function strokeArrows(context, arrows, tone) {
  context.strokeStyle = colour(tone);
  context.lineWidth = tone === "message" ? 1 : 1.4;
  context.beginPath();
  for (const { x, y, toX, toY } of arrows) {
    context.moveTo(x, y);
    context.lineTo(toX, toY);
  }
  context.stroke();
}

function head(context, { x, y, toX, toY }, tone, size) {
  const angle = Math.atan2(toY - y, toX - x);
  context.fillStyle = colour(tone);
  context.beginPath();
  context.moveTo(toX, toY);
  context.lineTo(toX - size * Math.cos(angle - 0.4), toY - size * Math.sin(angle - 0.4));
  context.lineTo(toX - size * Math.cos(angle + 0.4), toY - size * Math.sin(angle + 0.4));
  context.fill();
}

function cross(context, x, y, size, tone) {
  context.strokeStyle = colour(tone);
  context.lineWidth = 1.8;
  context.beginPath();
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x - size, y + size);
  context.lineTo(x + size, y - size);
  context.stroke();
}

// Small marks for what is no message, with what nodes say of themselves written out where there is room.
function drawEvents(context, plan, labelled) {
  const { at, whom, count } = run.events;
  const rows = new Map([...plan.lanes.keys()].map((member) => [member, new Row()]));
  context.font = SMALL;
  context.textBaseline = "middle";
  for (let event = firstEventAt(view.from); event < count && at[event] <= view.to; event++) {
    const lane = plan.lanes.get(whom[event]);
    const kind = kindOf(event);
    if (!lane?.node || run.messages.of[event] >= 0 || !eventShown(event)) continue;
    const x = plan.x(at[event]);
    drawn.events.push({ event, x, y: lane.line });
    mark(context, kind, x, lane.line);
    if (!labelled || !["event", "log"].includes(kind)) continue;
    const text = cut(context, run.text(event), 150);
    const width = measured(context, text);
    const left = Math.min(x + 5, plan.width - width - 4);
    if (rows.get(whom[event]).take(left - 2, left + width + 6)) {
      write(context, text, left, lane.line + 16, "muted");
    }
  }
}

function mark(context, kind, x, y) {
  context.fillStyle = colour(kind === "crash" ? "down" : kind === "event" || kind === "log" ? "accent" : "muted");
  if (kind === "crash") return cross(context, x, y, 5, "down");
  if (kind === "event" || kind === "log" || kind === "start") {
    const size = 4;
    context.beginPath();
    context.moveTo(x, y - size);
    context.lineTo(x + size, y);
    context.lineTo(x, y + size);
    context.lineTo(x - size, y);
    context.fill();
    return;
  }
  context.fillRect(x - 0.75, y - 4, 1.5, 8);
}

// How much each member sends and receives in each column, and how much of it is lost.
function drawBusyness(context, plan) {
  const { count, begin, gone, from, to, fate, categories } = run.messages;
  const wide = 3;
  const columns = Math.ceil((plan.width - GUTTER) / wide);
  const busy = new Map([...plan.lanes.keys()].map((member) => [member, { all: new Uint32Array(columns), lost: new Uint32Array(columns) }]));
  const share = columns / (view.to - view.from);
  const columnAt = (time) => Math.floor((time - view.from) * share);
  const lostOnes = categories.map(({ tone }) => tone === "lost");
  for (let message = 0; message < count; message++) {
    if (begin[message] > view.to || gone[message] < view.from || !messageShown(message)) continue;
    const lost = lostOnes[fate[message]];
    add(busy.get(from[message]), columnAt(begin[message]), lost);
    if (!lost) add(busy.get(to[message]), columnAt(gone[message]), false);
  }
  let most = 1;
  for (const { all } of busy.values()) for (const value of all) if (value > most) most = value;
  for (const [member, { all, lost }] of busy) {
    const lane = plan.lanes.get(member);
    const room = lane.node ? 26 : 12;
    const high = (value) => (Math.log1p(value) / Math.log1p(most)) * room;
    const base = lane.node ? lane.line + 28 : lane.line + 28;
    bars(context, all, base, high, wide, "message", 0.6);
    bars(context, lost, base, high, wide, "lost", 0.95);
  }
}

function add(one, column, lost) {
  if (!one || column < 0 || column >= one.all.length) return;
  one.all[column]++;
  if (lost) one.lost[column]++;
}

function bars(context, values, base, high, wide, tone, alpha) {
  context.fillStyle = colour(tone);
  context.globalAlpha = alpha;
  for (let column = 0; column < values.length; column++) {
    if (values[column]) context.fillRect(GUTTER + column * wide, base - high(values[column]), wide - 0.5, high(values[column]));
  }
  context.globalAlpha = 1;
}

// The road to the selected event: the messages and the waiting that led to it.
function drawChain(context, plan) {
  const { at, whom } = run.events;
  context.globalAlpha = 0.95;
  for (let place = 0; place + 1 < view.chain.length; place++) {
    const [later, earlier] = [view.chain[place], view.chain[place + 1]];
    const [one, other] = [plan.lanes.get(whom[earlier]), plan.lanes.get(whom[later])];
    const message = run.messages.of[later];
    if (message >= 0 && run.messages.send[message] === earlier) {
      const arrow = arrowOf(plan, message);
      if (!arrow) continue;
      context.lineWidth = 2.6;
      context.strokeStyle = colour("accent");
      context.beginPath();
      context.moveTo(arrow.x, arrow.y);
      context.lineTo(arrow.toX, arrow.toY);
      context.stroke();
      head(context, arrow, "accent", 9);
    } else if (one && other) {
      strokeLine(context, plan.x(at[earlier]), one.line, plan.x(at[later]), other.line, "accent", 2.6);
    }
  }
  context.globalAlpha = 1;
}
