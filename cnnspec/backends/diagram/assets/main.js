// The main program: folding, pinning, and clicks.

const states = new Map(figure.groups.map((group) => [group, group.state]));
const help = document.getElementById("help");
let shown = { parts: [], edges: [], leaves: [] };
let drawn = new Map();
let pinned = null; // the element whose details stay visible
let looked = { element: null, isPinned: false }; // the element whose details are shown

function leavesOf(parts) {
  return parts.flatMap((part) => (part.children ? leavesOf(part.children) : [part]));
}

/** Lay out and draw anew; what is kept stays where it is in the window, if it is still there. */
function render(kept = null) {
  const before = kept && drawn.get(kept.key)?.part;
  const hadFocus = focused();
  shown = shownOf(figure, states);
  shown.leaves = leavesOf(shown.parts);
  measure(shown.parts);
  measureLabels(shown.edges);
  Object.assign(view, layOut(shown.parts, shown.edges, figure.direction));
  drawn = drawAll(shown.parts, shown.edges);
  const after = before && drawn.get(kept.key)?.part;
  if (after) pan((before.x + before.width / 2 - after.x - after.width / 2) * view.scale, (before.y - after.y) * view.scale);
  const number = shown.leaves.length;
  const total = figure.boxes.length;
  const boxes = number === 1 ? "1 box" : `${number} boxes`;
  document.getElementById("count").textContent = number === total ? boxes : `${boxes} for ${total} layers`;
  if (hadFocus) drawn.get(hadFocus)?.node.focus({ preventScroll: true });
  mark(looked.element);
}

function change(wanted, group) {
  for (const [each, state] of wanted) states.set(each, state);
  render(group);
}

function toggle(group) {
  const state = states.get(group) === FOLDED ? OPEN : FOLDED;
  change([[group, state]], group);
}

function toggleTurns(group) {
  change([[group, states.get(group) === EVERY_TURN ? OPEN : EVERY_TURN]], group);
}

/** Show what leads into and out of an element, if it is drawn. */
function mark(element) {
  for (const edge of layers.edges.children) {
    const { from, to } = edge.dataset;
    edge.classList.toggle("marked", element !== null && (isWithin(from, element.key) || isWithin(to, element.key)));
  }
  for (const { part, node } of drawn.values()) {
    node.classList.toggle("pinned", part.element === pinned);
    if (!part.element.children) node.setAttribute("aria-pressed", String(part.element === pinned));
  }
}

function isWithin(key, outer) {
  return key === outer || key.startsWith(`${outer}.`);
}

/** Show details for a while: of what is pointed at or focused, else of what is pinned. */
function look(element) {
  const wanted = element ?? pinned;
  const isPinned = wanted !== null && wanted === pinned;
  // Keep the current details: the user may be about to click their button.
  if (wanted === looked.element && isPinned === looked.isPinned) return;
  looked = { element: wanted, isPinned };
  if (wanted) showDetails(wanted, isPinned);
  else showOverview();
  mark(wanted);
}

function pin(element) {
  pinned = element;
  look(null);
  const part = element && drawn.get(element.key)?.part;
  if (part) bringIntoView(part);
}

/** Unfold what hides an element, and show it. */
function goTo(element) {
  if (reveal(element, states)) render();
  pin(element);
  // The first iteration of a repetition has no frame; the frame of the repetition is used.
  const shownAs = drawn.get(element.key) ?? drawn.get(element.parent.key);
  centre(shownAs.part);
  shownAs.node.focus({ preventScroll: true });
}

function partAt(target) {
  return drawn.get(target?.closest?.(".part")?.dataset.key)?.part ?? null;
}

function elementAt(target) {
  return partAt(target)?.element ?? null;
}

/** What Enter, or a click on a knob, does. */
function act(target) {
  const element = elementAt(target);
  if (target.closest(".turns")) toggleTurns(element);
  else if (element.children) toggle(element);
  else pin(pinned === element ? null : element);
}

svg.addEventListener("click", (event) => {
  if (hasMoved) return;
  if (event.target.closest(".knob, .turns")) act(event.target);
  else pin(elementAt(event.target));
});
svg.addEventListener("dblclick", (event) => {
  const element = elementAt(event.target);
  if (element?.children && !event.target.closest(".knob, .turns")) toggle(element);
});
svg.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "touch" && !pointers.size) look(elementAt(event.target));
});
svg.addEventListener("pointerleave", () => look(elementAt(document.activeElement)));
svg.addEventListener("focusin", (event) => {
  const part = partAt(event.target);
  look(part?.element ?? null);
  if (part && event.target.matches(":focus-visible")) bringIntoView(part);
});
svg.addEventListener("focusout", () => look(null));

// Toolbar

const press = (id, action) => document.getElementById(id).addEventListener("click", action);
press("fold", () => (change(everyState(figure, true)), fit(true)));
press("unfold", () => (change(everyState(figure, false)), fit(true)));
press("in", () => zoom(1.25));
press("out", () => zoom(0.8));
press("fit", () => fit());
press("keys", () => help.showModal());
press("download", download);

const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (prefersDark.matches ? "dark" : "light")) === "dark";
const showTheme = () => document.getElementById("theme").setAttribute("aria-pressed", String(isDark()));
press("theme", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  showTheme();
});
prefersDark.addEventListener("change", showTheme);

/** Save what is drawn as a picture of its own, with the page's style in it. */
function download() {
  const copy = svg.cloneNode(true);
  copy.setAttribute("viewBox", `-16 -16 ${view.width + 32} ${view.height + 32}`);
  copy.setAttribute("width", view.width + 32);
  copy.setAttribute("height", view.height + 32);
  copy.dataset.theme = isDark() ? "dark" : "light";
  copy.querySelector("#world").removeAttribute("transform");
  for (const each of copy.querySelectorAll(".knob, .turns, .reach")) each.remove();
  copy.prepend(draw("style", {}, document.querySelector("style").textContent));
  const text = new XMLSerializer().serializeToString(copy);
  const link = html("a", { download: `${figure.name}.svg` });
  link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  link.click();
  URL.revokeObjectURL(link.href);
}

showTheme();
showOverview();
render();
fit(true);
window.addEventListener("resize", () => fit(true));
