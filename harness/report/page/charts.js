// Numbers over time, drawn by uPlot: latencies, throughput, how likely the failure was, how wrong clocks are. Faults are
// bands in all of them, and a span chosen in one is shown in the diagram.

const chartsBox = document.getElementById("charts");
let charts = [];

const seconds = (time) => time / SECOND;

function drawBands(chart) {
  const { ctx, bbox } = chart;
  const x = (time) => Math.min(Math.max(chart.valToPos(seconds(time), "x", true), bbox.left), bbox.left + bbox.width);
  ctx.save();
  ctx.fillStyle = colour("fault-soft");
  for (const fault of run.faults) ctx.fillRect(x(fault.at), bbox.top, Math.max(x(fault.until) - x(fault.at), 1), bbox.height);
  ctx.fillStyle = colour("guilty");
  const thin = 4 * devicePixelRatio;
  for (const outage of run.outages) {
    ctx.fillRect(x(outage.from), bbox.top + bbox.height - thin, Math.max(x(outage.until) - x(outage.from), 1), thin);
  }
  for (const [at, tone] of [[run.violated, "guilty"], [run.decided?.at ?? null, "decided"]]) {
    if (at === null) continue;
    ctx.fillStyle = colour(tone);
    ctx.fillRect(x(at) - 1, bbox.top, 2, bbox.height);
  }
  ctx.restore();
}

// Which part the diagram shows, as a frame above the chart: moving it draws nothing anew.
function frame({ window }) {
  const share = (time) => Math.min(Math.max(time / run.end, 0), 1) * 100;
  window.style.left = `${share(view.from)}%`;
  window.style.right = `${100 - share(view.to)}%`;
}

function axes(unit) {
  const common = { stroke: colour("muted"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line") }, font: SMALL, labelFont: SMALL };
  return [
    { ...common, label: "virtual time, s", labelSize: 18, size: 34 },
    { ...common, label: unit, labelSize: 18, size: 52 },
  ];
}

function chart(title, note, unit, scale, series, data) {
  const figure = element("figure", {}, element("figcaption", {}, `${title} `, element("span", {}, note)));
  chartsBox.append(figure);
  const made = new uPlot({
    width: Math.max(260, figure.clientWidth), height: 210, pxAlign: 0,
    scales: { x: { time: false, range: [0, seconds(run.end)] }, y: scale },
    axes: axes(unit),
    series: [{ label: "at", value: (_, value) => value === null || value === undefined ? "–" : `${value.toFixed(4)} s` }, ...series],
    cursor: { sync: { key: "run" }, drag: { x: true, y: false, setScale: false } },
    hooks: {
      drawClear: [drawBands],
      setSelect: [(chart) => {
        const { left, width } = chart.select;
        if (width < 4) return;
        setRange(chart.posToVal(left, "x") * SECOND, chart.posToVal(left + width, "x") * SECOND);
        chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      }],
    },
  }, data, figure);
  const window = element("div", { class: "shown" });
  made.over.append(window);
  charts.push({ made, figure, window });
  frame(charts.at(-1));
}

const dots = (label, tone, size = 5) => ({
  label, stroke: colour(tone), fill: colour(tone), paths: () => null, points: { show: true, size, width: 0, fill: colour(tone), stroke: colour(tone) },
  value: (_, value) => value === null || value === undefined ? "–" : `${Number(value.toPrecision(3))}`,
});
const line = (label, tone, more = {}) => ({
  label, stroke: colour(tone), width: 1.6, points: { show: false },
  value: (_, value) => value === null || value === undefined ? "–" : `${Number(value.toPrecision(3))}`, ...more,
});

// When an operation ended, and how long it had taken; one that never ended stands where it was asked, as long as it waited.
function latencyChart() {
  const points = run.operations.map((operation) => ({
    x: seconds(operation.until ?? operation.at), y: Math.max(((operation.until ?? run.end) - operation.at) / 1e6, 1e-3), operation,
  })).sort((one, other) => one.x - other.x);
  if (points.length === 0) return;
  const of = (test) => points.map(({ y, operation }) => (test(operation) ? y : null));
  const plain = (outcome) => of((operation) => operation.outcome === outcome && !operation.guilty);
  chart("Latency", "of each operation when it ended, of an unanswered one when it was asked", "ms", { distr: 3, log: 10 }, [
    dots("ok", "ok"), dots("fail", "fail"), dots("info", "info"), dots("violating", "guilty", 9),
  ], [points.map(({ x }) => x), plain("ok"), plain("fail"), plain("info"), of((operation) => operation.guilty)]);
}

function throughputChart() {
  if (run.operations.length === 0) return;
  const bins = Math.min(120, Math.max(12, Math.ceil(run.operations.length / 4)));
  const width = run.end / bins;
  const counts = { ok: new Array(bins).fill(0), fail: new Array(bins).fill(0), info: new Array(bins).fill(0) };
  for (const { until, outcome, at } of run.operations) {
    counts[outcome][Math.min(bins - 1, Math.floor((until ?? at) / width))] += SECOND / width;
  }
  const xs = Array.from({ length: bins }, (_, bin) => seconds((bin + 0.5) * width));
  const steps = { paths: uPlot.paths.stepped({ align: 0 }) };
  chart("Throughput", `by ${formatSpan(width)}`, "operations / s", { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] }, [
    line("ok", "ok", steps), line("fail", "fail", steps), line("info", "info", steps),
  ], [xs, counts.ok, counts.fail, counts.info]);
}

function blameChart() {
  if (run.curve.length < 2) return;
  chart("How likely the failure was", `if whatever is later has other chances${run.decided?.later.replace(", without any further fault", " and no fault strikes any more") ?? ""}`, "% of runs that fail", { range: [0, 105] }, [
    line("%", "decided", { points: { show: true, size: 6, fill: colour("decided") } }),
  ], [run.curve.map(([at]) => seconds(at)), run.curve.map(([, fails, of]) => (fails * 100) / of)]);
}

function clockChart() {
  const wrong = run.clocks.map((clocks, member) => ({ clocks, member })).filter(({ clocks }) => clocks.length);
  if (wrong.length === 0) return;
  const xs = [...new Set([0, ...wrong.flatMap(({ clocks }) => clocks.map(([at]) => at)), run.end])].sort((one, other) => one - other);
  const tones = ["accent", "guilty", "leader", "odd", "info", "lost", "muted"];
  const columns = [];
  const series = [];
  for (const [place, { member }] of wrong.entries()) {
    for (const [which, dash] of [["wall", []], ["monotonic", [4, 3]]]) {
      const values = xs.map((at) => (clockAt(member, at)?.[which] ?? 0) / 1e6);
      if (values.every((value) => value === 0)) continue;
      columns.push(values);
      series.push(line(`${name(member)} ${which}`, tones[place % tones.length], { dash, paths: uPlot.paths.stepped({ align: 1 }) }));
    }
  }
  chart("Clock offsets", "against true time", "ms", {}, series, [xs.map(seconds), ...columns]);
}

function drawCharts() {
  charts.forEach(({ made }) => made.destroy());
  charts = [];
  chartsBox.replaceChildren();
  [blameChart, latencyChart, throughputChart, clockChart].forEach((draw) => draw());
}

onChange((what) => {
  if (what & CHANGES.theme) drawCharts();
  else if (what & CHANGES.range) charts.forEach(frame);
});

new ResizeObserver(() => {
  for (const { made, figure } of charts) made.setSize({ width: Math.max(260, figure.clientWidth), height: 210 });
}).observe(chartsBox);
