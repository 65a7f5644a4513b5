// Computes the visible part of a partly folded figure. Pure: it does not access the document.

const FOLDED = 0;
const OPEN = 1; // for a repetition: its first iteration
const EVERY_TURN = 2;

/** Every box of an element, in the order of the spec. */
function boxesOf(element) {
  return element.children ? element.children.flatMap(boxesOf) : [element];
}

/** Every group of some elements, the outer ones before those inside them. */
function groupsOf(elements) {
  return elements.flatMap((each) => (each.children ? [each, ...groupsOf(each.children)] : []));
}

/** Give every element a key and the group it stands in, and read the shared facts. */
function indexed(figure) {
  const label = (elements, parent) => {
    for (const [position, element] of elements.entries()) {
      element.parent = parent;
      element.key = parent ? `${parent.key}.${position}` : String(position);
      element.details = element.facts.map((fact) => figure.facts[fact]);
      if (element.children) label(element.children, element);
    }
  };
  label(figure.children, null);
  figure.boxes = figure.children.flatMap(boxesOf);
  figure.groups = groupsOf(figure.children);
  return figure;
}

/** The state of every group with everything folded, or with everything unfolded. */
function everyState(figure, folded) {
  const unfolded = (group) => (group.role === "repeat" ? EVERY_TURN : OPEN);
  return new Map(figure.groups.map((each) => [each, folded ? FOLDED : unfolded(each)]));
}

/** What is drawn: the parts, frames with their children, and the edges between those without. */
function shownOf(figure, states) {
  const standsFor = new Map(); // the box that replaces each box
  const later = new Set(); // the boxes of iterations that are not drawn

  const part = (element) => {
    const made = { element, key: element.key, children: null };
    if (!element.children) {
      standsFor.set(element, made);
    } else if (states.get(element) === FOLDED) {
      for (const box of boxesOf(element)) standsFor.set(box, made);
    } else if (element.role === "repeat" && states.get(element) === OPEN) {
      made.children = plate(element);
    } else {
      made.children = element.children.map(part);
    }
    return made;
  };
  // The first iteration represents all, so edges from the last start at the first.
  const plate = (run) => {
    const [first, ...others] = run.children;
    const children = (first.children ?? [first]).map(part);
    const same = boxesOf(first);
    for (const other of others) {
      for (const [position, box] of boxesOf(other).entries()) {
        standsFor.set(box, standsFor.get(same[position]));
        later.add(box);
      }
    }
    return children;
  };

  const parts = figure.children.map(part);
  return { parts, edges: edgesBetween(figure, standsFor, later) };
}

function edgesBetween(figure, standsFor, later) {
  const seen = new Set();
  const edges = [];
  for (const [from, to, label, tensor] of figure.edges) {
    const [source, target] = [figure.boxes[from], figure.boxes[to]];
    if (later.has(target)) continue;
    const [start, end] = [standsFor.get(source), standsFor.get(target)];
    if (start.element !== source || end.element !== target) {
      const same = JSON.stringify([start.key, end.key, label, tensor]);
      if (start === end || seen.has(same)) continue;
      seen.add(same);
    }
    edges.push({ source: start, target: end, label, tensor });
  }
  return edges;
}

/** Unfold what hides an element; says whether anything had to be. */
function reveal(element, states) {
  let changed = false;
  for (let inner = element, group = element.parent; group; inner = group, group = group.parent) {
    const first = group.role !== "repeat" || group.children[0] === inner;
    const needed = first ? OPEN : EVERY_TURN;
    changed ||= states.get(group) < needed;
    states.set(group, Math.max(states.get(group), needed));
  }
  return changed;
}
