// The page of a run in a real browser: made-up runs of a thousand to a hundred thousand events.
// `just page-test` writes the pages first, into the folder that PAGES names.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

const folder = process.env.PAGES ?? "pages";
const file = (name) => join(folder, `${name}.html`);

// Opens a page and fails on whatever it says to the console or asks of the network.
async function open(page, name) {
  const troubles = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => !request.url().startsWith("file:") && !request.url().startsWith("data:") && troubles.push(request.url()));
  await page.goto(`file://${file(name)}`);
  await settled(page);
  return troubles;
}

const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)))));
const span = async (page) => (await page.locator("#span").textContent()).trim();
const messages = async (page) => Number((await span(page)).match(/([\d,]+) messages/)[1].replaceAll(",", ""));

// How many pixels of a canvas have about this colour of the style sheet.
const pixels = (page, canvas, property) => page.evaluate(([canvas, property]) => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${property}`).trim();
  probe.fillRect(0, 0, 1, 1);
  const wanted = probe.getImageData(0, 0, 1, 1).data;
  const { width, height } = canvas = document.querySelector(canvas);
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (Math.abs(data[at] - wanted[0]) + Math.abs(data[at + 1] - wanted[1]) + Math.abs(data[at + 2] - wanted[2]) < 12) count++;
  }
  return count;
}, [canvas, property]);

async function key(page, ...names) {
  for (const name of names) await page.locator("#diagram").press(name);
  await settled(page);
}

for (const theme of ["light", "dark"]) {
  test(`opens without an error or a request, ${theme}`, async ({ browser }) => {
    const page = await browser.newPage({ colorScheme: theme });
    const troubles = await open(page, "small");
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    expect(await page.locator(".u-wrap").count()).toBeGreaterThanOrEqual(3);
    await page.locator("#theme").click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme === "dark" ? "light" : "dark");
    await settled(page);
    expect(troubles).toEqual([]);
    await page.close();
  });
}

test("the violating operation is seen at once, and in words", async ({ page }) => {
  await open(page, "small");
  await expect(page.locator(".badge")).toHaveText("VIOLATED");
  await expect(page.locator(".summary")).toContainText("had been overwritten");
  await expect(page.locator(".story .guilty")).toHaveCount(2);
  expect(await pixels(page, "#diagram", "guilty")).toBeGreaterThan(400);
  await page.locator(".story .guilty button").last().click();
  await expect(page.locator("#panel h2")).toContainText("read 0 → 1");
  await expect(page.locator("#panel")).toContainText("part of what is impossible");
});

test("zoom, pan and the whole run, by keys, buttons and wheel", async ({ page }) => {
  await open(page, "middle");
  await key(page, "0");
  const all = await messages(page);
  expect(all).toBeGreaterThan(3000);
  await key(page, "+", "+", "+", "+");
  const some = await messages(page);
  expect(some).toBeLessThan(all / 3);
  const before = await page.locator("#time-from").inputValue();
  await key(page, "ArrowRight");
  expect(Number(await page.locator("#time-from").inputValue())).toBeGreaterThan(Number(before));
  const box = await page.locator("#diagram").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 150);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -300);
  await page.keyboard.up("Control");
  await settled(page);
  expect(await messages(page)).toBeLessThan(some);
  const from = await page.locator("#time-from").inputValue();
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 200, box.y + 150, { steps: 4 });
  await page.mouse.up();
  await settled(page);
  expect(Number(await page.locator("#time-from").inputValue())).toBeLessThan(Number(from));
  await page.locator("#to-whole").click();
  await settled(page);
  expect(await messages(page)).toBe(all);
});

test("filters hide members, fates, and what lacks a text, and the time can be typed", async ({ page }) => {
  await open(page, "small");
  await key(page, "0");
  const all = await messages(page);
  const chip = (text) => page.locator("#filters label", { hasText: text });
  await chip("n2").click();
  await settled(page);
  const fewer = await messages(page);
  expect(fewer).toBeLessThan(all);
  await chip("n2").click();
  expect(await pixels(page, "#diagram", "lost")).toBeGreaterThan(20);
  await chip("lost: the link is cut").click();
  await settled(page);
  expect(await pixels(page, "#diagram", "lost")).toBe(0);
  await chip("lost: the link is cut").click();
  await page.locator("#filters input[type=search]").fill("number: 7,");
  await settled(page);
  expect(await messages(page)).toBeLessThan(all / 10);
  await page.locator("#filters input[type=search]").fill("");
  await page.locator("#time-to").fill("0.01");
  await page.locator("#time-to").press("Enter");
  await settled(page);
  expect(await messages(page)).toBeLessThan(all / 2);
});

test("a click on an arrow shows its message, its causes and its node's state", async ({ page }) => {
  await open(page, "small");
  await page.locator("#filters input[type=search]").fill("Token");
  await page.locator("#time-from").fill("0.010");
  await page.locator("#time-from").press("Enter");
  await page.locator("#time-to").fill("0.016");
  await page.locator("#time-to").press("Enter");
  await settled(page);
  const box = await page.locator("#diagram").boundingBox();
  let text = "";
  for (let x = 160; x < box.width - 20 && !text.includes("What led to it"); x += 7) {
    await page.mouse.click(box.x + x, box.y + 120);
    await settled(page);
    text = await page.locator("#panel").textContent();
  }
  expect(text).toContain("Token {");
  expect(text).toContain("What led to it");
  await expect(page.locator("#panel pre.state")).toContainText("Passer {");
  expect(await pixels(page, "#diagram", "accent")).toBeGreaterThan(30);
});

test("the keyboard alone goes from event to event and to causes, and says what it finds", async ({ page }) => {
  await open(page, "small");
  for (let tabs = 0; tabs < 60; tabs++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.id) === "diagram") break;
  }
  await expect(page.locator("#diagram")).toBeFocused();
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  await settled(page);
  const first = await page.locator("#spoken").textContent();
  expect(first).not.toBe("");
  const shown = await page.locator("#panel").textContent();
  await page.keyboard.press("u");
  await settled(page);
  expect(await page.locator("#panel").textContent()).not.toBe(shown);
  await page.keyboard.press("Escape");
  await expect(page.locator("#panel h2")).toHaveText("Nothing selected");
});

test("markup in messages, operations, states and names stays text", async ({ page }) => {
  const troubles = await open(page, "markup");
  await key(page, "n", "n", "n");
  await page.locator(".story .guilty button").first().click();
  await key(page, "0");
  await page.mouse.move(600, 600);
  await settled(page);
  expect(await page.evaluate(() => window.broken)).toBeUndefined();
  expect(await page.locator("img").count()).toBe(0);
  await expect(page.locator("body")).toContainText("<img src=x onerror='window.broken = 2'>");
  expect(troubles).toEqual([]);
});

test("nothing is wider than the page, on a desk or on a phone", async ({ page }) => {
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, "small");
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  }
});

test("a hundred thousand events stay usable", async ({ page }) => {
  const troubles = await open(page, "large");
  await key(page, "0");
  await expect(page.locator("#span")).toContainText("too many to draw each");
  const frames = await page.evaluate(async () => {
    const times = [];
    for (const key of [..."0+++-+--", "ArrowLeft", "ArrowRight", "ArrowRight"]) {
      const begun = performance.now();
      document.getElementById("diagram").dispatchEvent(new KeyboardEvent("keydown", { key }));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      times.push(performance.now() - begun);
    }
    return times.sort((one, other) => one - other);
  });
  console.log(`      frames at ${Math.round(readFileSync(file("large")).length / 1e5) / 10} MB: median ${frames[5].toFixed(0)} ms, slowest ${frames.at(-1).toFixed(0)} ms`);
  expect(frames[5]).toBeLessThan(1000);
  expect(troubles).toEqual([]);
});
