// Sliders, numbers, a drawing and a sentence that follow one another. `values` and `show` are told in proofs/document.py.
function interactive(id, values, show) {
  const figure = document.getElementById(id);
  const sliders = [...figure.querySelectorAll("input[type=range]")];
  const words = figure.querySelector(".words");
  const stage = makeStage(figure.querySelector(".stage"));
  let quiet;

  function shown(value) {
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (!(Math.abs(value) < 1e12)) return "none"; // infinite, or the quotient by what rounding leaves of a zero
    const rounded = Number(value.toPrecision(5));
    return String(Math.abs(value) < 1e-9 ? 0 : rounded).replace("-", "\u2212");
  }

  function update() {
    const input = Object.fromEntries(sliders.map((slider) => [slider.name, slider.valueAsNumber]));
    const value = values(...Object.values(input));
    for (const slider of sliders) slider.nextElementSibling.textContent = shown(slider.valueAsNumber);
    for (const data of figure.querySelectorAll("data")) {
      if (!(data.dataset.key in value)) throw new Error(`${id}: nothing computes ${data.dataset.key}`);
      data.value = String(value[data.dataset.key]);
      data.textContent = shown(value[data.dataset.key]);
    }
    stage.clear();
    const text = show(stage, input, value, shown);
    if (words.textContent !== text) words.textContent = text;
  }

  // While a slider moves, a screen reader waits; it reads the last sentence.
  function moved() {
    words.setAttribute("aria-busy", "true");
    clearTimeout(quiet);
    quiet = setTimeout(() => words.setAttribute("aria-busy", "false"), 400);
    update();
  }

  for (const slider of sliders) slider.addEventListener("input", moved);
  for (const button of figure.querySelectorAll("button[data-positions]")) {
    button.addEventListener("click", () => {
      button.dataset.positions.split(" ").forEach((position, k) => { sliders[k].value = position; });
      moved();
    });
  }
  figure.querySelector(".live").hidden = false;
  new ResizeObserver(update).observe(stage.svg);
  update();
}

// A drawing in the units of its axes. Classes that colour: first, second, third, axis; lines may be dashed or dotted,
// dots hollow.
function makeStage(svg) {
  const group = svg.querySelector("g");
  const margin = 14;
  let left, right, low, high, width, height;

  function add(tag, attributes, text = "") {
    const element = document.createElementNS(svg.namespaceURI, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    group.append(element);
    return element;
  }
  const across = (x) => margin + ((x - left) / (right - left)) * (width - 2 * margin);
  const down = (y) => height - margin - ((y - low) / (high - low)) * (height - 2 * margin);
  const kept = (value, from, to) => Math.min(Math.max(value, from), to);

  const stage = {
    svg,
    clear: () => group.replaceChildren(),
    // The part of the plane that is seen; its axes, with a mark at every whole number.
    window(x0, x1, y0, y1) {
      [left, right, low, high] = [x0, x1, y0, y1];
      width = svg.clientWidth || 600;
      height = svg.clientHeight || 350;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      stage.line([[x0, 0], [x1, 0]], "axis");
      stage.line([[0, y0], [0, y1]], "axis");
      for (let k = Math.ceil(x0); k <= x1; k++) {
        add("line", { x1: across(k), x2: across(k), y1: down(0), y2: down(0) + 4, class: "axis" });
        if (k) add("text", { x: across(k), y: down(0) + 16, "text-anchor": "middle", class: "axis" }, String(k).replace("-", "\u2212"));
      }
      for (let k = Math.ceil(y0); k <= y1; k++) {
        add("line", { y1: down(k), y2: down(k), x1: across(0), x2: across(0) - 4, class: "axis" });
        if (k) add("text", { x: across(0) - 7, y: down(k) + 4, "text-anchor": "end", class: "axis" }, String(k).replace("-", "\u2212"));
      }
    },
    sees: (x, y = low) => x >= left && x <= right && y >= low && y <= high,
    // Points far outside are drawn as they are: the browser cuts the line at the edge.
    line: (points, style) => add("polyline", { points: points.map(([x, y]) => `${across(x)},${down(y)}`).join(" "), class: style }),
    dot: (x, y, style, radius = 5) => add("circle", { cx: across(x), cy: down(y), r: radius, class: style }),
    cross(x, y, style) {
      const [a, b] = [across(x), down(y)];
      add("path", { d: `M${a - 5},${b - 5} l10,10 m0,-10 l-10,10`, class: style });
    },
    // `right` and `below`: by how many pixels the text stands off its point; it is kept inside.
    text(x, y, text, style, right = 0, below = 0, anchor = "middle") {
      const element = add("text", { x: across(x) + right, y: down(y) + below, "text-anchor": anchor, class: style }, text);
      const box = element.getBBox();
      const shift = kept(0, 4 - box.x, width - 4 - box.x - box.width);
      element.setAttribute("x", across(x) + right + shift);
      element.setAttribute("y", kept(down(y) + below, 14, height - 6));
    },
    // An arrow of at least a few pixels; `below` moves it off its line.
    arrow([x0, y0], [x1, y1], style, below = 0) {
      const [a, b, c, d] = [across(x0), down(y0) + below, across(x1), down(y1) + below];
      const length = Math.hypot(c - a, d - b);
      if (length < 3) return;
      const [u, v, head] = [(c - a) / length, (d - b) / length, Math.min(8, length)];
      const side = (sign) => `${c - head * u + sign * 0.5 * head * v},${d - head * v - sign * 0.5 * head * u}`;
      add("path", { d: `M${a},${b} L${c},${d} M${side(1)} L${c},${d} L${side(-1)}`, class: style });
    },
  };
  return stage;
}
