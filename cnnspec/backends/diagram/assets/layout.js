// A layered layout of nested frames: each frame is laid out separately, then as a box in its parent.
// Pure: takes parts with sizes, returns positions and routes.

const PADDING = 14;

/**
 * Place parts and route edges.
 *
 * A part has `width` and `height`, or `children` and a `header` with its `height` and the widths of
 * its `title` and `knobs`. An edge has a `source`, a `target` and `label`, with its width and height,
 * or null. Parts get `x`, `y`, `width`, `height`; edges get `points`, `flipped` and `labelAt`.
 */
function layOut(children, edges, direction) {
  const isDown = direction === "TB";
  const root = { children, header: null, parent: null, depth: 0 };
  for (const edge of edges) edge.hints = { exit: 0, entry: 0, light: false };
  // In the second pass, edges cross frames in the order of their continuation outside.
  for (let time = 0; time < 2; time++) {
    adopt(root);
    for (const edge of edges) {
      const { source, target } = edge;
      edge.link = { edge, source, target, flipped: false, pieces: [] };
      if (source === target) source.loops.push(edge);
      else commonFrame(source, target).links.push(edge.link);
    }
    layFrame(root, isDown);
  }
  Object.assign(root, { along: 0, across: root.before });
  absolute(root, isDown);
  for (const edge of edges) finish(edge, isDown);
  return { width: root.width, height: root.height };
}

function adopt(frame) {
  Object.assign(frame, { links: [], entries: [], exits: [], ports: new Map() });
  for (const child of frame.children) {
    Object.assign(child, { parent: frame, depth: frame.depth + 1, loops: [], ports: null });
    if (child.children) adopt(child);
  }
}

function commonFrame(one, two) {
  while (one !== two) {
    if (one.depth >= two.depth) one = one.parent;
    else two = two.parent;
  }
  return one;
}

/** The child of a frame that a part stands in. */
function childOf(frame, part) {
  while (part.parent !== frame) part = part.parent;
  return part;
}

function layFrame(frame, isDown) {
  breakCycles(frame.children, frame.links, (link) => [
    childOf(frame, link.source),
    childOf(frame, link.target),
  ]);
  for (const link of frame.links) {
    for (let part = link.source.parent; part !== frame; part = part.parent) part.exits.push(link);
    for (let part = link.target.parent; part !== frame; part = part.parent) part.entries.push(link);
  }
  frame.entries.sort((one, two) => one.edge.hints.entry - two.edge.hints.entry);
  frame.exits.sort((one, two) => one.edge.hints.exit - two.edge.hints.exit);
  for (const child of frame.children) {
    if (child.children) layFrame(child, isDown);
    else sizeLeaf(child, isDown);
  }
  const { nodes, arcs } = levelOf(frame, isDown);
  rankNodes(nodes, arcs);
  addBends(arcs, nodes);
  cut(arcs, nodes);
  const ranks = ordered(nodes);
  spreadPorts(nodes);
  placeAcross(ranks, nodes.length);
  const end = placeAlong(ranks, frame, isDown);
  close(frame, nodes, end, isDown);
  for (const arc of arcs) {
    arc.link.pieces.push({ frame, points: route(arc, frame), label: labelOf(arc) });
    if (arc.from.type === "port" || arc.to.type === "port") continue;
    const [first, last] = [arc.segments[0], arc.segments.at(-1)];
    const [exit, entry] = [first.to.at - arc.from.at, last.from.at - arc.to.at];
    arc.link.edge.hints = { exit, entry, light: arc.light };
  }
}

function sizeLeaf(part, isDown) {
  const [along, across] = isDown ? [part.height, part.width] : [part.width, part.height];
  const widest = Math.max(0, ...part.loops.map((edge) => (isDown ? edge.label?.width : edge.label?.height) ?? 0));
  const loops = part.loops.length ? 26 * part.loops.length + widest : 0;
  Object.assign(part, { size: along, before: across / 2, after: across / 2 + loops });
}

/** The nodes and arcs of a frame. */
function levelOf(frame, isDown) {
  const node = (type, item) => ({ type, item, ins: [], outs: [] });
  const boxes = new Map(frame.children.map((child) => [child, node("box", child)]));
  for (const [child, box] of boxes) Object.assign(box, { before: child.before, after: child.after, size: child.size });
  const ports = [];
  const port = () => {
    ports.push({ ...node("port", null), turn: ports.length, before: 2, after: 2, size: 0 });
    return ports.at(-1);
  };
  const isLabelled = frame.links.some((link) => link.edge.label);
  const arcs = [
    ...frame.entries.map((link) => [link, port(), boxes.get(childOf(frame, link.target)), 1]),
    ...frame.links.map((link) => [
      link,
      boxes.get(childOf(frame, link.source)),
      boxes.get(childOf(frame, link.target)),
      isLabelled ? 2 : 1,
    ]),
    ...frame.exits.map((link) => [link, boxes.get(childOf(frame, link.source)), port(), 1]),
  ].map(([link, from, to, least]) => {
    const inside = from.type !== "port" && to.type !== "port";
    return { link, from, to, least, label: inside ? labelNode(link.edge.label, isDown) : null };
  });
  for (const arc of arcs) {
    arc.from.outs.push(arc);
    arc.to.ins.push(arc);
  }
  return { nodes: [...ports, ...boxes.values()], arcs };
}

/** The room of a label: right of a line that goes down, above one that goes to the right. */
function labelNode(label, isDown) {
  if (!label) return null;
  return isDown
    ? { before: 3, after: label.width + 7, size: label.height }
    : { before: label.height + 4, after: 3, size: label.width };
}

/** Stack the ranks; where edges go far across, they get more room to turn. */
function placeAlong(ranks, frame, isDown) {
  const header = frame.header ? (isDown ? frame.header.height : PADDING) : 0;
  let at = frame.entries.length || !frame.header ? header : header + (isDown ? 2 : 0);
  for (const [position, rank] of ranks.entries()) {
    const size = Math.max(0, ...rank.map((node) => node.size));
    const types = new Set(rank.map((node) => node.type));
    const far = Math.max(0, ...rank.flatMap((node) => node.outs.map(turn)));
    for (const node of rank) {
      Object.assign(node, { start: at, end: at + size, along: at + (size - node.size) / 2 });
    }
    at += size;
    const isLast = position === ranks.length - 1;
    if (isLast || !rank.length) continue;
    const next = ranks[position + 1];
    const toBox = next.some((node) => node.item);
    const base = types.has("port") ? 8 : types.has("box") ? (next.some((node) => node.item) ? 34 : 8) : toBox ? 15 : 6;
    at += base + Math.min(44, Math.max(0, far - 8) * 0.16);
  }
  return at;
}

function turn(segment) {
  return Math.abs(segment.from.at + segment.fromOffset - segment.to.at - segment.toOffset);
}

/** Give a frame its size, and the children their places in it. */
function close(frame, nodes, end, isDown) {
  let low = nodes.length ? Infinity : 0;
  let high = nodes.length ? -Infinity : 0;
  for (const node of nodes) {
    low = Math.min(low, node.at - node.before);
    high = Math.max(high, node.at + node.after);
  }
  let shift = 0;
  frame.size = end;
  if (frame.header) {
    const { title, knobs, height } = frame.header;
    low -= PADDING;
    high += PADDING;
    frame.size += frame.exits.length ? 4 : PADDING;
    if (isDown) {
      // Edges must not enter through the title.
      const entries = nodes.filter((node) => node.type === "port" && node.outs.length);
      const places = entries.map((node) => node.at);
      if (places.length) {
        low = Math.min(low, Math.min(...places) - 10 - title - 12);
        high = Math.max(high, Math.max(...places) + 10 + knobs + 8);
      } else {
        high = Math.max(high, low + title + knobs + 40);
      }
    } else {
      low -= height - 6;
      const wanted = title + knobs + 40;
      shift = Math.max(0, wanted - frame.size) / 2;
      frame.size = Math.max(frame.size, wanted);
    }
  }
  for (const node of nodes) {
    node.along += shift;
    node.start += shift;
    node.end += shift;
    if (node.item) Object.assign(node.item, { along: node.along, across: node.at });
  }
  const ports = nodes.filter((node) => node.type === "port");
  const links = [...frame.entries, ...frame.exits];
  for (const [position, link] of links.entries()) frame.ports.set(link, ports[position].at);
  Object.assign(frame, { before: -low, after: high });
}

/** The points of an edge within its frame: straight through the ranks, turning between them. */
function route(arc, frame) {
  const { from, to } = arc;
  const [first, last] = [arc.segments[0], arc.segments.at(-1)];
  const start = from.at + first.fromOffset;
  const finish = to.at + last.toOffset;
  const points = from.type === "port" ? [[0, start]] : [[from.along + from.size, start]];
  points.push([from.end, start]);
  for (const bend of arc.bends) points.push([bend.start, bend.at], [bend.end, bend.at]);
  points.push([to.start, finish]);
  points.push(to.type === "port" ? [frame.size, finish] : [to.along, finish]);
  return points;
}

function labelOf(arc) {
  const label = arc.bends.find((bend) => bend.type === "label");
  return label ? [(label.start + label.end) / 2, label.at] : null;
}

/** From places in frames to places in the whole picture. */
function absolute(frame, isDown) {
  Object.assign(frame, rectangle(frame, isDown));
  for (const child of frame.children) {
    child.along += frame.along;
    child.across += frame.across;
    if (child.children) absolute(child, isDown);
    else Object.assign(child, rectangle(child, isDown));
  }
}

function rectangle(part, isDown) {
  const across = part.children ? part.before + part.after : 2 * part.before;
  const [start, low] = [part.along, part.across - part.before].map((each) => Math.round(each * 100) / 100);
  return isDown
    ? { x: low, y: start, width: across, height: part.size }
    : { x: start, y: low, width: part.size, height: across };
}

/** Join the pieces of an edge, from the frames around its start to those around its end. */
function finish(edge, isDown) {
  const { link } = edge;
  delete edge.link;
  if (edge.source === edge.target) {
    Object.assign(edge, loop(edge, isDown));
    return;
  }
  const out = link.pieces.filter((piece) => isAround(piece.frame, link.source) && !isAround(piece.frame, link.target));
  const into = link.pieces.filter((piece) => isAround(piece.frame, link.target) && !isAround(piece.frame, link.source));
  const middle = link.pieces.filter((piece) => !out.includes(piece) && !into.includes(piece));
  const byDepth = (one, two) => one.frame.depth - two.frame.depth;
  const pieces = [...out.sort(byDepth).toReversed(), ...middle, ...into.sort(byDepth)];
  const point = (frame) => ([along, across]) =>
    isDown ? [frame.across + across, frame.along + along] : [frame.along + along, frame.across + across];
  edge.points = pieces.flatMap((piece) => piece.points.map(point(piece.frame)));
  edge.flipped = link.flipped;
  const labelled = pieces.find((piece) => piece.label);
  edge.labelAt = labelled ? point(labelled.frame)(labelled.label) : null;
}

function isAround(frame, part) {
  while (part && part.depth > frame.depth) part = part.parent;
  return part === frame;
}

/** An edge from a box to itself, beside it. */
function loop(edge, isDown) {
  const { x, y, width, height, loops } = edge.source;
  const far = 18 + 26 * loops.indexOf(edge);
  const right = x + width;
  const bottom = y + height;
  return isDown
    ? {
        points: [[right, bottom - 12], [right + far, bottom - 12], [right + far, y + 12], [right, y + 12]],
        labelAt: edge.label ? [right + far, y + height / 2] : null,
        isLoop: true,
      }
    : {
        points: [[right - 12, bottom], [right - 12, bottom + far], [x + 12, bottom + far], [x + 12, bottom]],
        labelAt: edge.label ? [x + 16, bottom + far] : null,
        isLoop: true,
      };
}
