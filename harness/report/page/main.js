// Puts the page together: buttons, keys, the theme, and the first view.

const ids = (id) => document.getElementById(id);
const actions = { "to-story": showStory, "to-whole": showWhole, "zoom-in": () => zoom(0.5), "zoom-out": () => zoom(2) };
for (const [id, action] of Object.entries(actions)) ids(id).addEventListener("click", action);
ids("to-story").hidden = storySpan() === null;

const keys = {
  ArrowLeft: () => pan(-0.15), ArrowRight: () => pan(0.15), ArrowUp: () => zoom(0.7), ArrowDown: () => zoom(1.4),
  "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1.6), 0: showWhole, s: showStory,
  n: () => stepEvent(1), p: () => stepEvent(-1), u: toCause, Escape: () => select(null),
  Home: () => setRange(0, view.to - view.from), End: () => setRange(run.end - (view.to - view.from), run.end),
  Enter: () => ids("panel").focus(),
};

function toCause() {
  const event = eventOf(view.selected);
  const parent = event >= 0 ? run.events.parent[event] : -1;
  if (parent >= 0) goTo(parent);
}

for (const canvas of [ids("diagram"), ids("overview")]) {
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}

ids("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => setTheme(event.matches ? "dark" : "light"));

for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(button.dataset.copy).catch(() => {});
    button.textContent = "copied";
  });
}

// A line of the story leads to its place on the diagram: to the operation that ended then, or to what happened then.
for (const button of document.querySelectorAll(".story button")) {
  button.addEventListener("click", () => {
    const at = Number(button.dataset.at);
    const operation = run.operations.find((one) => one.guilty && (one.until ?? one.at) === at);
    const span = view.to - view.from;
    if (at < view.from || at > view.to) setRange(at - span / 2, at + span / 2);
    select(operation ? { operation: operation.index } : { event: firstEventAt(at) });
    ids("diagram").focus({ preventScroll: true });
    ids("stage").scrollIntoView({ block: "nearest" });
  });
}

function buildLegend() {
  const swatch = (draw) => {
    const box = element("canvas", { width: "52", height: "28", style: "width:26px;height:14px;display:inline-block;vertical-align:-2px;margin-right:5px", "aria-hidden": "true" });
    const context = box.getContext("2d");
    context.scale(2, 2);
    draw(context);
    return box;
  };
  const arrow = (tone, dash) => (context) => {
    context.setLineDash(dash);
    strokeLine(context, 1, 12, 21, 4, tone, 1.5);
    context.setLineDash([]);
    if (tone === "lost") cross(context, 21, 4, 3, tone);
    else head(context, { x: 1, y: 12, toX: 24, toY: 3 }, tone, 6);
  };
  const bar = (tone, soft) => (context) => {
    context.fillStyle = colour(soft);
    context.fillRect(1, 2, 24, 10);
    context.strokeStyle = colour(tone);
    context.strokeRect(1, 2, 24, 10);
  };
  const rows = [
    [arrow("message", []), "message"], [arrow("lost", []), "lost"], [arrow("odd", [6, 3]), "again, changed or never"],
    [(context) => strokeLine(context, 0, 7, 26, 7, "leader", 4), "leads"], [(context) => strokeLine(context, 0, 7, 26, 7, "candidate", 3), "seeks to lead"],
    [(context) => hatch(context, 1, 2, 24, 10), "down"], [bar("fault", "fault-soft"), "under a fault"],
    [bar("ok", "ok-soft"), "operation ok"], [bar("fail", "fail-soft"), "failed"], [bar("info", "info-soft"), "nobody knows"], [bar("guilty", "guilty"), "violating"],
  ];
  ids("legend").replaceChildren(...rows.map(([draw, text]) => element("li", {}, swatch(draw), text)));
}

refilter();
buildFilters();
drawFaultTable();
buildLegend();
onChange((what) => what & CHANGES.theme && buildLegend());
new ResizeObserver(() => changed(CHANGES.filter)).observe(ids("stage"));
document.querySelectorAll("details").forEach((one) => one.addEventListener("toggle", () => changed(CHANGES.filter)));
drawCharts();
const story = document.querySelector(".story");
if (story) story.scrollTop = story.scrollHeight;
if (storySpan()) showStory();
else showWhole();
select(theBreak());
