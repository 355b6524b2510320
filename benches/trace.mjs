// Chromium's own account of input and frames, from its tracing.

/** The categories of EventLatency with its stages and of the frames' PipelineReporter; no others, since tracing takes time. */
const CATEGORIES = ["-*", "input.scrolling", "disabled-by-default-devtools.timeline.frame"];

/** Runs `what`; returns the events that Chromium traced meanwhile. */
export async function traced(page, what) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: CATEGORIES });
  try {
    await what();
  } finally {
    var buffer = await browser.stopTracing();
  }
  return JSON.parse(buffer).traceEvents;
}

/** Asynchronous events of a name: arguments, begin and end in ms, and the events inside each, by name. */
function spans(events, name) {
  const found = [];
  const open = new Map();
  for (const it of events) {
    if (!it.id2 || (it.ph !== "b" && it.ph !== "e")) continue;
    const key = `${it.pid} ${it.id2.local}`;
    const time = it.ts / 1000;
    const span = open.get(key);
    if (it.name === name && it.ph === "b") open.set(key, { args: it.args, from: time, stages: {} });
    else if (!span) continue;
    else if (it.name === name) found.push({ ...span, to: time }) && open.delete(key);
    else (span.stages[it.name] ??= {})[it.ph === "b" ? "from" : "to"] = time;
  }
  return found;
}

/**
 * For each key pressed, milliseconds from the browser's making the input event to the frame presented that shows what
 * the page did about it, whole and in parts:
 *
 * - script: until the page's listeners are done (with the way there, some 0.5 ms);
 * - layout: until the page's thread hands over a frame (style, layout, paint: "commit");
 * - raster: until the compositor's threads have drawn the tiles that changed ("activation");
 * - draw: until the frame is put together and presented.
 *
 * Throws if the trace has far fewer than `count` keys. A key without a frame after it has an infinite time.
 */
export function keyLatencies(events, count) {
  const pressed = spans(events, "EventLatency").filter(({ args }) => args.event_latency.event_type === "KEY_PRESSED");
  const times = pressed.toSorted((a, b) => a.from - b.from).map(({ from, to, stages }) => {
    const { RendererMainProcessing, Commit, Activation, SwapEndToPresentationCompositorFrame: shown } = stages;
    if (!RendererMainProcessing || !Commit || !Activation || !shown) return null;
    const marks = [from, RendererMainProcessing.to, Commit.from, Activation.from, to];
    const [script, layout, raster, draw] = marks.slice(1).map((it, at) => it - marks[at]);
    return { whole: to - from, script, layout, raster, draw };
  });
  const found = times.filter((it) => it !== null).length;
  if (times.length !== count || found < 0.95 * count) {
    throw new Error(`of ${count} keys, ${times.length} were traced, and ${found} of them to a frame`);
  }
  const never = { whole: Infinity, script: Infinity, layout: Infinity, raster: Infinity, draw: Infinity };
  return times.map((it) => it ?? never);
}

/** When frames were presented that showed something new from a page's own thread, in ms and in order. */
export function presentations(events) {
  const frames = spans(events, "PipelineReporter").map(({ args, to }) => ({ ...args.frame_reporter, to }));
  const drawn = frames.filter(({ state }) => state === "STATE_PRESENTED_ALL");
  // Headless Chromium has a window of its own around the page, which is another tree of layers.
  const count = (tree) => drawn.filter((it) => it.layer_tree_host_id === tree).length;
  const trees = [...new Set(drawn.map((it) => it.layer_tree_host_id))].sort((a, b) => count(b) - count(a));
  const times = drawn.filter((it) => it.layer_tree_host_id === trees[0]).map(({ to }) => to);
  return [...new Set(times)].sort((a, b) => a - b);
}
