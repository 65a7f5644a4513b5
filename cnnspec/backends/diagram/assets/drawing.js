// Draws the visible figure as SVG. Text only becomes text nodes, whatever a name contains.

const LINE = 15;
const KNOB = 8;
const fonts = {
  name: "600 13px",
  line: "11.5px",
  title: "600 12px",
  said: "11px",
  label: "10.5px",
  button: "600 10px",
};

const svg = document.getElementById("diagram");
const layers = Object.fromEntries(
  ["frames", "edges", "parts"].map((name) => [name, document.getElementById(name)]),
);

function draw(name, attributes = {}, ...children) {
  const made = document.createElementNS(svg.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const pen = document.createElement("canvas").getContext("2d");
const family = getComputedStyle(document.body).fontFamily;
const widths = new Map();

function widthOf(text, font) {
  const key = `${font} ${text}`;
  if (!widths.has(key)) {
    pen.font = `${fonts[font]} ${family}`;
    widths.set(key, Math.ceil(pen.measureText(text.replace(/\s+/g, " ")).width));
  }
  return widths.get(key);
}

/** Give parts the sizes that their texts take. */
function measure(parts) {
  for (const part of parts) {
    const { element } = part;
    if (!part.children) {
      const [name, ...others] = element.lines;
      const lines = [widthOf(name, "name"), ...others.map((line) => widthOf(line, "line"))];
      part.width = Math.max(124, Math.max(...lines) + 30);
      part.height = 17 + LINE * element.lines.length + (element.children ? 2 : 0);
      continue;
    }
    const [title, said] = element.title;
    const width = Math.max(widthOf(title, "title"), widthOf(said, "said"));
    const button = everyTurnText(element);
    part.header = {
      title: width + 12,
      knobs: 2 * KNOB + 8 + (button ? widthOf(button, "button") + 24 : 0),
      height: said ? 38 : 24,
    };
    measure(part.children);
  }
}

function measureLabels(edges) {
  for (const edge of edges) {
    edge.labelText = edge.label;
    edge.label = edge.label ? { width: widthOf(edge.label, "label"), height: 13 } : null;
  }
}

function everyTurnText(element) {
  if (element.role !== "repeat") return "";
  return states.get(element) === EVERY_TURN ? "show one" : `show all ${element.times}`;
}

/** Draw parts and edges that are laid out; gives what is drawn of each by its key. */
function drawAll(parts, edges) {
  for (const layer of Object.values(layers)) layer.replaceChildren();
  const drawn = new Map();
  for (const part of parts) drawPart(part, drawn);
  for (const edge of edges) layers.edges.append(drawEdge(edge));
  return drawn;
}

function drawPart(part, drawn) {
  const { element, x, y, width, height } = part;
  const isFrame = part.children !== null;
  const made = draw("g", {
    class: `part ${isFrame ? "frame" : `box ${element.family}`}${element.frozen ? " frozen" : ""}`,
    "data-key": part.key,
    "data-name": element.name,
    transform: `translate(${x} ${y})`,
    tabindex: 0,
    role: "button",
    "aria-label": spoken(element),
    "aria-expanded": element.children ? String(isFrame) : undefined,
    "aria-pressed": element.children ? undefined : "false",
  });
  if (isFrame) {
    const frame = draw("rect", { x, y, width, height, rx: 14, class: `outline${element.frozen ? " frozen" : ""}` });
    layers.frames.append(frame);
    drawTitle(made, part);
  } else {
    drawBox(made, part);
  }
  drawn.set(part.key, { part, node: made });
  layers.parts.append(made);
  for (const child of part.children ?? []) drawPart(child, drawn);
}

function spoken(element) {
  const known = new Map(element.details);
  const shapes = ["Shape", "Input shape", "Output shape"]
    .filter((each) => known.has(each))
    .map((each) => `${each.toLowerCase()} ${known.get(each)}`);
  return [element.name, element.kind, ...(element.frozen ? ["frozen"] : []), ...shapes].join(", ");
}

function drawBox(made, part) {
  const { element, width, height } = part;
  const rect = (inset, attributes) =>
    draw("rect", { x: inset, y: inset, width: width - 2 * inset, height: height - 2 * inset, ...attributes });
  made.append(rect(-4, { rx: 14, class: "ring" }), rect(0, { rx: 10, class: "outline" }));
  if (element.children) made.append(rect(3, { rx: 7.5, class: "inner" }));
  const top = (height - LINE * element.lines.length) / 2;
  for (const [position, line] of element.lines.entries()) {
    const y = top + LINE * position + 11.5;
    made.append(draw("text", { x: width / 2, y, class: position ? "line" : "name" }, line));
  }
  if (element.children) made.append(knob(width - 6, 4, true));
}

function drawTitle(made, part) {
  const { element, width, header } = part;
  const [title, said] = element.title;
  made.append(
    draw("rect", { x: 4, y: 4, width: header.title + 8, height: header.height - 6, rx: 6, class: "ring" }),
    draw("rect", { x: 1, y: 1, width: header.title + 14, height: header.height - 2, class: "reach" }),
    draw("text", { x: PADDING, y: 19, class: "title" }, title),
  );
  if (said) made.append(draw("text", { x: PADDING, y: 33, class: "said" }, said));
  const text = everyTurnText(element);
  if (text) made.append(turnsButton(text, width));
  made.append(knob(width - 16, 0, false));
}

function turnsButton(text, frameWidth) {
  const width = widthOf(text, "button") + 16;
  return draw(
    "g",
    { class: "turns", transform: `translate(${frameWidth - 32 - width} -9)`, tabindex: 0, role: "button", "aria-label": `${text} turns` },
    draw("rect", { width, height: 18, rx: 9 }),
    draw("text", { x: width / 2, y: 12.5 }, text),
  );
}

/** The sign to click for folding. */
function knob(x, y, isFolded) {
  return draw(
    "g",
    { class: "knob", transform: `translate(${x} ${y})`, "aria-hidden": "true" },
    draw("circle", { r: 2 * KNOB, class: "reach" }),
    draw("circle", { r: KNOB }),
    draw("path", { d: isFolded ? "M-4 0h8M0 -4v8" : "M-4 0h8" }),
  );
}

function drawEdge(edge) {
  const made = draw("g", { class: "edge", "data-from": edge.source.key, "data-to": edge.target.key });
  made.append(draw("title", {}, edge.tensor));
  const { path, head } = edge.isLoop ? looped(edge.points) : routed(edge.points, edge.flipped);
  made.append(draw("path", { d: path, class: "way" }), draw("path", { d: head, class: "head" }));
  if (edge.labelAt) made.append(drawLabel(edge));
  return made;
}

function drawLabel(edge) {
  const [x, y] = edge.labelAt;
  const isDown = figure.direction === "TB";
  const place = isDown ? { x: x + 6, y: y + 3.8 } : { x, y: y - 5, "text-anchor": "middle" };
  return draw("text", { ...place, class: "label" }, edge.labelText);
}
