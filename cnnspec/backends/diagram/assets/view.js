// Moves and zooms the diagram with mouse, wheel, touch and keys.

const view = { x: 0, y: 0, scale: 1, width: 0, height: 0 };
const LEAST_SCALE = 0.01;
const MOST_SCALE = 4;
const world = document.getElementById("world");
const panel = document.getElementById("panel");

function applyView() {
  const [x, y] = [view.x, view.y].map((each) => Math.round(each * 100) / 100);
  world.setAttribute("transform", `translate(${x} ${y}) scale(${Math.round(view.scale * 1e4) / 1e4})`);
}

/** The part of the window that nothing lies over. */
function freeRoom() {
  const { width, height } = svg.getBoundingClientRect();
  const [wide, tall] = [panel.offsetWidth, panel.offsetHeight];
  if (wide < width / 2) return { width: width - (wide ? wide + 16 : 0), height };
  return { width, height: height - (panel.classList.contains("open") ? tall : 0) };
}

/** Show everything; or, `legible`, as much from the start as can be read. */
function fit(legible = false) {
  const { width, height } = freeRoom();
  const margin = Math.min(28, width / 20);
  const whole = Math.min((width - 2 * margin) / view.width, (height - 2 * margin) / view.height, 1.25);
  const scale = Math.max(legible ? 0.9 : LEAST_SCALE, whole);
  const isWide = view.width * scale > width - 2 * margin + 1;
  const isTall = view.height * scale > height - 2 * margin + 1;
  view.scale = scale;
  view.x = isWide && figure.direction === "LR" ? margin : (width - view.width * scale) / 2;
  view.y = isTall && figure.direction === "TB" ? margin : (height - view.height * scale) / 2;
  applyView();
}

/** Zoom about a point of the window. */
function zoom(factor, point) {
  const { width, height } = freeRoom();
  const [x, y] = point ?? [width / 2, height / 2];
  const scale = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, view.scale * factor));
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  applyView();
}

function pan(right, down) {
  view.x += right;
  view.y += down;
  applyView();
}

function centre(part) {
  const { width, height } = freeRoom();
  view.scale = Math.max(view.scale, 0.9);
  const tall = Math.min(part.height, (height * 0.6) / view.scale);
  view.x = width / 2 - (part.x + part.width / 2) * view.scale;
  view.y = height / 2 - (part.y + tall / 2) * view.scale;
  applyView();
}

/** Move just so far that a part, or the title of a frame, is in view. */
function bringIntoView(part) {
  const { width, height } = freeRoom();
  const margin = 24;
  const [left, top] = [view.x + part.x * view.scale, view.y + part.y * view.scale];
  const wide = Math.min(part.children ? part.header.title : part.width, width / view.scale) * view.scale;
  const tall = (part.children ? part.header.height : part.height) * view.scale;
  const right = Math.max(0, margin - left) || Math.min(0, width - margin - wide - left);
  const down = Math.max(0, margin - top) || Math.min(0, height - margin - tall - top);
  if (right || down) pan(right, down);
}

// Touch and mouse: one pointer drags, two pinch. It is a click only if nothing moved.

const pointers = new Map();
let hasMoved = false;

function pointOf(event) {
  const { left, top } = svg.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

svg.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  if (!pointers.size) hasMoved = false;
  pointers.set(event.pointerId, pointOf(event));
});

svg.addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const now = pointOf(event);
  const [right, down] = [now[0] - before[0], now[1] - before[1]];
  if (!hasMoved && Math.hypot(right, down) < 5) return;
  if (!hasMoved) svg.setPointerCapture(event.pointerId);
  hasMoved = true;
  svg.classList.add("moving");
  const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const spread = (point) => Math.max(1, Math.hypot(point[0] - other[0], point[1] - other[1]));
    const middle = (point) => [(point[0] + other[0]) / 2, (point[1] + other[1]) / 2];
    zoom(spread(now) / spread(before), middle(now));
    pan(right / 2, down / 2);
  } else {
    pan(right, down);
  }
  pointers.set(event.pointerId, now);
});

for (const name of ["pointerup", "pointercancel"]) {
  window.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) svg.classList.remove("moving");
  });
}

svg.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : 1;
    zoom(Math.exp(-event.deltaY * unit * (event.ctrlKey ? 0.01 : 0.0015)), pointOf(event));
  },
  { passive: false },
);

// Printing: the whole diagram on the page.

function printed(isPrinted) {
  if (isPrinted) {
    svg.setAttribute("viewBox", `-8 -12 ${view.width + 16} ${view.height + 20}`);
    world.removeAttribute("transform");
  } else {
    svg.removeAttribute("viewBox");
    applyView();
  }
}

window.matchMedia("print").addEventListener("change", (event) => printed(event.matches));
window.addEventListener("beforeprint", () => printed(true));
window.addEventListener("afterprint", () => printed(false));
