// What clients asked, as bars on their lines: from the question to the answer, coloured by what came of it. Those that
// together are impossible are written first, and always.

const OUTCOMES = { ok: "ok", fail: "fail", info: "info" };

const drawnOperations = [];

function drawOperations(context, plan) {
  drawnOperations.length = 0;
  if (view.hiddenCategories.has("operation")) return;
  const inView = run.operations.filter((operation) => operation.at <= view.to && (operation.until ?? run.end) >= view.from
    && plan.lanes.has(operation.client) && matches(`${operation.op} ${operation.result}`));
  const rows = new Map([...plan.lanes.keys()].map((member) => [member, new Row()]));
  for (const operation of inView) if (!operation.guilty) drawBar(context, plan, operation);
  for (const operation of inView) if (operation.guilty) drawBar(context, plan, operation);
  for (const operation of inView) if (operation.guilty) label(context, plan, operation, rows);
  if (inView.length > 600) return;
  for (const operation of inView) if (!operation.guilty) label(context, plan, operation, rows);
}

function drawBar(context, plan, operation) {
  const lane = plan.lanes.get(operation.client);
  const from = Math.max(plan.x(operation.at), GUTTER - 4);
  const to = Math.max(Math.min(plan.x(operation.until ?? run.end), plan.width + 4), from + 2.5);
  const tone = operation.guilty ? "guilty" : OUTCOMES[operation.outcome];
  const [top, high] = operation.guilty ? [lane.line - 8, 16] : [lane.line - 6, 12];
  context.fillStyle = colour(operation.guilty ? "guilty" : `${tone}-soft`);
  context.fillRect(from, top, to - from, high);
  context.strokeStyle = colour(tone);
  context.lineWidth = operation.guilty ? 2 : 1;
  context.setLineDash(operation.until === null ? [3, 3] : []);
  context.strokeRect(from, top, to - from, high);
  context.setLineDash([]);
  if (view.selected?.operation === operation.index) {
    context.strokeStyle = colour("accent");
    context.lineWidth = 2.5;
    context.strokeRect(from - 2.5, top - 2.5, to - from + 5, high + 5);
  }
  drawnOperations.push({ operation, box: [from, top, to, top + high] });
}

const summaryOf = (operation) => `${operation.op} ${operation.outcome === "ok" ? operation.result : `(${operation.outcome})`}`.trim();

function label(context, plan, operation, rows) {
  const lane = plan.lanes.get(operation.client);
  context.font = operation.guilty ? BOLD : SMALL;
  context.textBaseline = "middle";
  const text = operation.guilty ? cut(context, summaryOf(operation), 320) : cut(context, summaryOf(operation), 170);
  const width = measured(context, text) + 10;
  const x = plan.x(operation.at);
  let left = Math.min(Math.max(x - 1, GUTTER + 2), plan.width - width - 2);
  const row = rows.get(operation.client);
  if (operation.guilty) {
    // Guilty ones are never left out: they move aside.
    for (let tries = 0; tries < 40 && !row.take(left, left + width); tries++) left += 14;
    left = Math.min(left, plan.width - width - 2);
    context.fillStyle = colour("guilty");
    context.fillRect(left, lane.line + 11, width, 16);
    context.fillStyle = colour("paper");
    context.fillText(text, left + 5, lane.line + 19.5);
  } else if (row.take(left, left + width)) {
    write(context, text, left + 5, lane.line + 19.5, "ink");
  }
}
