// The space-time diagram: draws a frame when something has changed, and answers the pointer.

const diagram = document.getElementById("diagram");
let plan = null;
let hovered = null;

onChange(() => drawDiagram());

function drawDiagram() {
  const wide = diagram.getBoundingClientRect().width;
  plan = layOut(wide);
  const { context } = fitted(diagram, plan.height);
  // What is said of the selection is no longer than the drawing beside it.
  document.getElementById("panel").style.setProperty("--beside", `${plan.height + 60}px`);
  drawLanes(context, plan);
  context.save();
  context.beginPath();
  context.rect(GUTTER, 0, plan.width - GUTTER, plan.height);
  context.clip();
  drawFaults(context, plan);
  drawAxis(context, plan);
  drawLifelines(context, plan);
  drawOutages(context, plan);
  const messages = drawTraffic(context, plan);
  drawOperations(context, plan);
  drawChain(context, plan);
  drawMarks(context, plan);
  drawSelected(context);
  context.restore();
  drawNames(context, plan);
  if (hovered) drawHint(context, hovered);
  tellSpan(messages);
}

function tellSpan(messages) {
  const folded = messages > ARROWS ? ": too many to draw each; bars show how many were sent, received and lost. Zoom in for arrows" : "";
  document.getElementById("span").textContent =
    `${formatSpan(view.to - view.from)} in view, ${messages.toLocaleString("en")} messages${folded}`;
}

function drawSelected(context) {
  const { selected } = view;
  if (selected?.event >= 0) {
    const lane = plan.lanes.get(run.events.whom[selected.event]);
    const x = plan.x(run.events.at[selected.event]);
    if (!lane) return;
    context.strokeStyle = colour("accent");
    context.lineWidth = 2.5;
    context.beginPath();
    context.arc(x, lane.line, 7, 0, 7);
    context.stroke();
  } else if (selected?.member >= 0) {
    const lane = plan.lanes.get(selected.member);
    if (lane) strokeLine(context, plan.x(selected.at), lane.top, plan.x(selected.at), lane.top + lane.height, "accent", 2);
  }
}

function drawHint(context, { x, y, text }) {
  context.font = FONT;
  context.textBaseline = "middle";
  const shown = cut(context, text, Math.min(560, plan.width - 30));
  const width = measured(context, shown) + 16;
  const left = Math.min(x + 12, plan.width - width - 4);
  const top = y > 40 ? y - 32 : y + 16;
  context.fillStyle = colour("ink");
  context.fillRect(left, top, width, 22);
  context.fillStyle = colour("paper");
  context.fillText(shown, left + 8, top + 11);
}

const inside = ([left, top, right, bottom], x, y, slack = 3) =>
  x >= left - slack && x <= right + slack && y >= top - slack && y <= bottom + slack;

// What lies under the pointer: the smallest thing first.
function under(x, y) {
  if (x < GUTTER) return null;
  const fault = plan.faults.list.find((fault) => fault.box && inside(fault.box, x, y, 0));
  if (fault) return { selected: { fault: fault.index }, text: `${fault.plan}: ${fault.effect}` };
  const bars = drawnOperations.filter(({ box }) => inside(box, x, y));
  const bar = bars.find(({ operation }) => operation.guilty) ?? bars[0];
  if (bar) return { selected: { operation: bar.operation.index }, text: `${name(bar.operation.client)} ${summaryOf(bar.operation)}` };
  const mark = drawn.events.find((one) => Math.hypot(one.x - x, one.y - y) < 6);
  if (mark) return { selected: { event: mark.event }, text: inWords(mark.event) };
  const arrow = nearestArrow(x, y);
  if (arrow) {
    const { arrival, send } = run.messages;
    const nearStart = Math.hypot(arrow.x - x, arrow.y - y) < Math.hypot(arrow.toX - x, arrow.toY - y) * 0.4;
    const event = nearStart || arrival[arrow.message] < 0 ? send[arrow.message] : arrival[arrow.message];
    return { selected: { event }, text: inWords(event) };
  }
  for (const [member, lane] of plan.lanes) {
    if (y >= lane.top && y < lane.top + lane.height) return { selected: { member, at: plan.time(x) }, text: null };
  }
  return null;
}

function nearestArrow(x, y) {
  let nearest = null;
  let least = 6;
  for (const arrow of drawn.messages) {
    const away = distance(arrow, x, y);
    if (away < least) [least, nearest] = [away, arrow];
  }
  return nearest;
}

function distance({ x, y, toX, toY }, px, py) {
  const [dx, dy] = [toX - x, toY - y];
  const share = Math.min(1, Math.max(0, ((px - x) * dx + (py - y) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - x - dx * share, py - y - dy * share);
}

function pointAt(event) {
  const box = diagram.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

let drag = null;

diagram.addEventListener("pointerdown", (event) => {
  const [x] = pointAt(event);
  drag = { x, from: view.from, to: view.to, moved: false };
  diagram.setPointerCapture(event.pointerId);
});

diagram.addEventListener("pointermove", (event) => {
  const [x, y] = pointAt(event);
  if (drag) {
    drag.moved ||= Math.abs(x - drag.x) > 3;
    diagram.classList.toggle("dragging", drag.moved);
    const by = ((drag.x - x) / (plan.width - GUTTER)) * (drag.to - drag.from);
    if (drag.moved) setRange(drag.from + by, drag.to + by);
    return;
  }
  const found = under(x, y);
  const next = found?.text ? { x, y, text: found.text } : null;
  diagram.style.cursor = next ? "pointer" : "";
  if (next || hovered) {
    hovered = next;
    changed(0);
    requestAnimationFrame(drawDiagram);
  }
});

diagram.addEventListener("pointerup", (event) => {
  const [x, y] = pointAt(event);
  const moved = drag?.moved;
  drag = null;
  diagram.classList.remove("dragging");
  if (!moved) select(under(x, y)?.selected ?? null);
});

diagram.addEventListener("pointerleave", () => {
  if (hovered) {
    hovered = null;
    drawDiagram();
  }
});

diagram.addEventListener("dblclick", (event) => zoom(0.4, plan.time(pointAt(event)[0])));

// A plain wheel belongs to the page; with Ctrl it zooms, sideways it pans.
diagram.addEventListener("wheel", (event) => {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    zoom(Math.exp(Math.min(Math.max(event.deltaY, -60), 60) * 0.008), plan.time(pointAt(event)[0]));
  } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    pan(((event.deltaX || event.deltaY) / plan.width) * 0.8);
  }
}, { passive: false });
