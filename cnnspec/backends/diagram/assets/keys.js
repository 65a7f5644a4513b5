// The keyboard: along edges, zoom, search, help.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The part that an arrow key leads to: along an edge, or the nearest one to that side. */
function neighbour(part, [right, down]) {
  const [along, across] = figure.direction === "TB" ? [down, right] : [right, down];
  const ends = along > 0 ? ["source", "target"] : ["target", "source"];
  const candidates = across
    ? shown.leaves
    : shown.edges.filter((edge) => edge[ends[0]] === part).map((edge) => edge[ends[1]]);
  const middle = (each) => [each.x + each.width / 2, each.y + each.height / 2];
  const [x, y] = middle(part);
  let best = null;
  let least = Infinity;
  for (const each of candidates) {
    if (each === part) continue;
    const [far, aside] = [middle(each)[0] - x, middle(each)[1] - y];
    const ahead = far * right + aside * down;
    if (across && ahead <= part.width / 4) continue;
    const distance = across ? ahead + 4 * Math.abs(far * down + aside * right) : Math.abs(far * down + aside * right);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

function moveFocus(direction) {
  const part = drawn.get(focused())?.part;
  if (!part) {
    pan(-80 * direction[0], -80 * direction[1]);
    return;
  }
  const start = part.children && (direction[0] > 0 || direction[1] > 0) ? firstBox(part) : part;
  const next = start === part ? neighbour(part, direction) : start;
  if (next) drawn.get(next.key).node.focus();
}

function firstBox(part) {
  return part.children ? firstBox(part.children[0]) : part;
}

function focused() {
  return document.activeElement?.closest?.(".part")?.dataset.key;
}

document.addEventListener("keydown", (event) => {
  if (event.target === input || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const simple = {
    "/": () => input.focus(),
    "?": () => help.showModal(),
    "+": () => zoom(1.25),
    "=": () => zoom(1.25),
    "-": () => zoom(0.8),
    0: () => fit(),
    Escape: () => pin(null),
  };
  if (event.key in ARROWS) moveFocus(ARROWS[event.key]);
  else if (event.key in simple) simple[event.key]();
  else if ((event.key === "Enter" || event.key === " ") && event.target.closest(".part, .turns")) act(event.target);
  else return;
  event.preventDefault();
});
