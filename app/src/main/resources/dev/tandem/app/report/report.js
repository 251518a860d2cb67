"use strict";
// Draws the lanes of one run. Data: {runs: [{strategy, note, seconds, devices: [{name, note}],
// spans: [[device, stage, picture, step, from, to]], transfers: [[device, text, from, to]],
// gaps: [[device, cause, from, to]]}]}, times in ms from the run's start.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const svg = document.getElementById("lanes");
  const tip = document.getElementById("tip");
  const choice = document.getElementById("strategy");
  const TOP = 8, ROW = 62, BAR = 38, AXIS = 30;
  const KNOWN = ["encode", "denoise", "decode"];
  const CAUSES = { "input": "waiting for input", "back-pressure": "held up by the next stage", "host": "host at work" };
  let LEFT = 150, run = data.runs[0], from = 0, to = 1, pending = false;

  const kind = (stage) => KNOWN.find((k) => stage.startsWith(k)) || "other";
  const time = (ms) => (ms === 0 ? "0" : ms >= 1000 ? (ms / 1000).toFixed(ms >= 10000 ? 1 : 2) + " s" : ms.toFixed(ms >= 10 ? 0 : 2) + " ms");
  const width = () => Math.max(200, svg.clientWidth - LEFT - 8);
  const x = (ms) => LEFT + ((ms - from) / (to - from)) * width();

  function node(name, attributes, parent, text) {
    const e = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) e.setAttribute(key, attributes[key]);
    if (text !== undefined) e.textContent = text;
    parent.appendChild(e);
    return e;
  }

  function box(parent, style, a, b, y, height, says) {
    const left = Math.max(x(a), LEFT), right = Math.min(x(b), LEFT + width());
    if (right <= left) return null;
    const e = node("rect", { class: style, x: left, y, width: Math.max(right - left, 0.7), height, rx: right - left > 6 ? 3 : 0 }, parent);
    e.dataset.says = says;
    return { left, right };
  }

  // Steps of one picture in one stage that follow each other are one bar.
  function bars(spans) {
    const result = [];
    for (const [device, stage, picture, step, a, b] of spans) {
      const last = result[result.length - 1];
      if (last && last.device === device && last.stage === stage && last.picture === picture) {
        last.to = b;
        last.cuts.push(a);
        last.busy += b - a;
        last.steps++;
      } else {
        result.push({ device, stage, picture, from: a, to: b, busy: b - a, steps: 1, cuts: [] });
      }
    }
    return result;
  }

  function axis(height) {
    const span = to - from, rough = span / Math.max(2, width() / 110);
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      node("line", { class: "grid", x1: x(t), x2: x(t), y1: TOP, y2: height - AXIS + 6 }, svg);
      node("text", { class: "tick", x: x(t), y: height - 8, "text-anchor": "middle" }, svg, time(t));
    }
  }

  function draw() {
    pending = false;
    const height = TOP + ROW * run.devices.length + AXIS;
    svg.replaceChildren();
    svg.setAttribute("height", height);
    svg.setAttribute("viewBox", "0 0 " + svg.clientWidth + " " + height);
    run.devices.forEach((d, i) => {
      const y = TOP + i * ROW;
      node("rect", { class: "lane", x: LEFT, y: y + 6, width: width(), height: ROW - 12 }, svg);
      node("text", { class: "label", x: 0, y: y + 27 }, svg, d.name);
      node("text", { class: "note", x: 0, y: y + 43 }, svg, d.note);
    });
    axis(height);
    for (const [device, cause, a, b] of run.gaps) {
      box(svg, cause, a, b, TOP + device * ROW + 12, BAR, CAUSES[cause] + "\nidle for " + time(b - a));
    }
    for (const bar of run.bars) {
      const y = TOP + bar.device * ROW + 12;
      const says = bar.stage + " of picture " + bar.picture + "\n" + time(bar.busy) + " busy, from " + time(bar.from) +
        " to " + time(bar.to) + (bar.steps > 1 ? "\n" + bar.steps + " steps" : "");
      const drawn = box(svg, "bar-of " + kind(bar.stage), bar.from, bar.to, y, BAR, says);
      if (!drawn) continue;
      const each = (drawn.right - drawn.left) / (bar.cuts.length + 1);
      if (each > 7) for (const c of bar.cuts) {
        if (c > from && c < to) node("line", { class: "cut", x1: x(c), x2: x(c), y1: y, y2: y + BAR }, svg);
      }
      if (drawn.right - drawn.left > 16) {
        node("text", { class: "number", x: (drawn.left + drawn.right) / 2, y: y + BAR / 2 + 4 }, svg, bar.picture);
      }
    }
    for (const [device, text, a, b] of run.transfers) {
      box(svg, "transfer", a, b, TOP + device * ROW + 52, 4, text + "\n" + time(b - a));
    }
  }

  function redraw() {
    if (!pending) {
      pending = true;
      requestAnimationFrame(draw);
    }
  }

  function view(a, b) {
    const end = run.seconds * 1000, span = Math.min(Math.max(b - a, end / 5000), end);
    from = Math.min(Math.max(0, a), end - span);
    to = from + span;
    redraw();
  }

  function zoom(factor, at) {
    const fix = at === undefined ? (from + to) / 2 : at;
    view(fix - (fix - from) * factor, fix + (to - fix) * factor);
  }

  function show(index) {
    run = data.runs[index];
    run.bars = run.bars || bars(run.spans);
    LEFT = Math.min(260, 24 + 7.6 * Math.max(...run.devices.map((d) => Math.max(d.name.length, d.note.length))));
    document.getElementById("run").textContent = run.note;
    svg.setAttribute("aria-label", "What ran when: " + run.strategy);
    view(0, run.seconds * 1000);
    draw();
  }

  function point(e) {
    return from + ((e.clientX - svg.getBoundingClientRect().left - LEFT) / width()) * (to - from);
  }

  svg.addEventListener("wheel", (e) => {
    e.preventDefault();
    if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) {
      const by = ((e.deltaX || e.deltaY) / width()) * (to - from);
      view(from + by, to + by);
    } else {
      zoom(Math.exp(e.deltaY * 0.002), point(e));
    }
  }, { passive: false });

  let drag = null;
  svg.addEventListener("pointerdown", (e) => {
    drag = { x: e.clientX, from, to };
    svg.setPointerCapture(e.pointerId);
    svg.classList.add("dragging");
  });
  svg.addEventListener("pointermove", (e) => {
    if (drag) {
      const by = ((drag.x - e.clientX) / width()) * (drag.to - drag.from);
      view(drag.from + by, drag.to + by);
    }
    const says = e.target.dataset && e.target.dataset.says;
    tip.hidden = !says || drag !== null;
    if (says) {
      tip.textContent = says;
      tip.style.left = Math.min(e.clientX + 14, window.innerWidth - 260) + "px";
      tip.style.top = e.clientY + 16 + "px";
    }
  });
  const release = () => {
    drag = null;
    svg.classList.remove("dragging");
  };
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", release);
  svg.addEventListener("pointerleave", () => { tip.hidden = true; });

  svg.addEventListener("keydown", (e) => {
    const by = (to - from) / 8;
    const keys = {
      "ArrowLeft": () => view(from - by, to - by), "ArrowRight": () => view(from + by, to + by),
      "+": () => zoom(0.7), "=": () => zoom(0.7), "-": () => zoom(1.4),
      "0": () => view(0, run.seconds * 1000), "Home": () => view(0, run.seconds * 1000),
    };
    if (keys[e.key] && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      keys[e.key]();
    }
  });
  document.getElementById("in").addEventListener("click", () => zoom(0.6));
  document.getElementById("out").addEventListener("click", () => zoom(1 / 0.6));
  document.getElementById("all").addEventListener("click", () => view(0, run.seconds * 1000));
  choice.addEventListener("change", () => show(choice.selectedIndex));
  window.addEventListener("resize", redraw);

  const legend = document.getElementById("legend");
  function key(color, text) {
    const li = document.createElement("li"), i = document.createElement("i");
    i.style.background = "var(--" + color + ")";
    li.append(i, text);
    legend.append(li);
  }
  KNOWN.forEach((k) => key(k, k));
  key("transfer", "transfer");
  key("gap-input", "idle: waiting for input");
  key("gap-back", "idle: held up by the next stage");
  key("gap-host", "idle: host at work");
  data.runs.forEach((r) => choice.append(new Option(r.strategy)));
  if (run) show(Math.max(0, data.runs.length - 1)), choice.selectedIndex = data.runs.length - 1;
})();
