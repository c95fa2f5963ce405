// The whole run in one strip: how busy it was, when faults were in force, where it broke, and which part is shown.

const overview = document.getElementById("overview");
let busyness = null;

onChange(() => drawOverview());

function drawOverview() {
  const { context, width, height } = fitted(overview);
  const x = (time) => (time / run.end) * width;
  const [top, bottom] = [15, height - 3];
  context.font = SMALL;
  context.textBaseline = "middle";
  drawPhases(context, x, height);
  for (const fault of run.faults) {
    context.fillStyle = colour("fault-soft");
    context.fillRect(x(fault.at), top, Math.max(x(fault.until) - x(fault.at), 1), bottom - top);
  }
  drawColumns(context, width, top, bottom);
  for (const outage of run.outages) {
    context.fillStyle = colour("guilty");
    context.fillRect(x(outage.from), bottom - 1, Math.max(x(outage.until) - x(outage.from), 1), 3);
  }
  for (const operation of run.operations) {
    if (operation.guilty) strokeLine(context, x(operation.until ?? operation.at), top, x(operation.until ?? operation.at), bottom, "guilty", 1.5);
  }
  if (run.decided) strokeLine(context, x(run.decided.at), top, x(run.decided.at), bottom, "decided", 1.5);
  drawWindow(context, x, width, height);
}

function drawPhases(context, x, height) {
  let begin = 0;
  for (const [phase, end] of run.phases) {
    if (end <= begin) continue;
    strokeLine(context, x(end), 0, x(end), height, "line", 1);
    context.fillStyle = colour("muted");
    const room = x(Math.min(end, run.end)) - x(begin) - 8;
    if (room > 24) context.fillText(cut(context, phase, room), x(begin) + 4, 8);
    begin = end;
  }
}

function drawColumns(context, width, top, bottom) {
  const columns = Math.max(1, Math.floor(width / 2));
  if (busyness?.columns !== columns) busyness = countColumns(columns);
  const high = (value) => (Math.log1p(value) / Math.log1p(busyness.most)) * (bottom - top - 4);
  for (const [values, tone] of [[busyness.all, "message"], [busyness.lost, "lost"]]) {
    context.fillStyle = colour(tone);
    for (let column = 0; column < columns; column++) {
      if (values[column]) context.fillRect(column * 2, bottom - high(values[column]), 1.5, high(values[column]));
    }
  }
}

function countColumns(columns) {
  const [all, lost] = [new Uint32Array(columns), new Uint32Array(columns)];
  const drop = run.events.kinds.indexOf("drop");
  let most = 1;
  for (let event = 0; event < run.events.count; event++) {
    const column = Math.min(columns - 1, Math.floor((run.events.at[event] / run.end) * columns));
    most = Math.max(most, ++all[column]);
    if (run.events.kind[event] === drop) lost[column]++;
  }
  return { columns, all, lost, most };
}

function drawWindow(context, x, width, height) {
  const [from, to] = [Math.max(0, x(view.from)), Math.min(width, x(view.to))];
  context.fillStyle = colour("paper");
  context.globalAlpha = 0.62;
  context.fillRect(0, 0, from, height);
  context.fillRect(to, 0, width - to, height);
  context.globalAlpha = 1;
  context.strokeStyle = colour("accent");
  context.lineWidth = 2;
  context.strokeRect(from + 1, 1, Math.max(to - from - 2, 2), height - 2);
}

let brush = null;

const overviewTime = (event) => {
  const box = overview.getBoundingClientRect();
  return ((event.clientX - box.left) / box.width) * run.end;
};

overview.addEventListener("pointerdown", (event) => {
  const time = overviewTime(event);
  const inside = time > view.from && time < view.to && view.to - view.from < run.end * 0.98;
  brush = { start: time, from: view.from, to: view.to, moves: inside };
  overview.setPointerCapture(event.pointerId);
});

// Inside the frame it moves, outside it chooses a new one.
overview.addEventListener("pointermove", (event) => {
  if (!brush) return;
  const time = overviewTime(event);
  if (brush.moves) setRange(brush.from + time - brush.start, brush.to + time - brush.start);
  else if (Math.abs(time - brush.start) > run.end * 0.002) setRange(Math.min(time, brush.start), Math.max(time, brush.start));
});

overview.addEventListener("pointerup", (event) => {
  const time = overviewTime(event);
  if (brush && Math.abs(time - brush.start) <= run.end * 0.002) {
    const half = (brush.to - brush.from) / 2;
    setRange(time - half, time + half);
  }
  brush = null;
});

overview.addEventListener("dblclick", showWhole);

onChange((what) => {
  if (!(what & CHANGES.range)) return;
  overview.setAttribute("aria-valuemin", "0");
  overview.setAttribute("aria-valuemax", (run.end / SECOND).toFixed(3));
  overview.setAttribute("aria-valuenow", ((view.from + view.to) / 2 / SECOND).toFixed(3));
  overview.setAttribute("aria-valuetext", `from ${formatTime(view.from, 3)} to ${formatTime(view.to, 3)}`);
});
