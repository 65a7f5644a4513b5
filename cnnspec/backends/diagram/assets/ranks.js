// The first half of a layered layout: the rank of each node, and the order within ranks. Pure.
//
// Nodes of a level are boxes, frames that are already laid out, ports where edges cross the frame
// around the level, and bends and labels of edges that pass a rank. Layouts do not use x and y, but
// the directions along and across the ranks, so the same code serves both directions.

/** Turn edges round until there are no cycles: layers that are shared may read what they made. */
function breakCycles(items, links, ends) {
  const out = new Map(items.map((item) => [item, []]));
  for (const link of links) out.get(ends(link)[0]).push(link);
  const state = new Map(); // 1 while on the path, 2 when done
  for (const start of items) {
    const path = state.has(start) ? [] : [[start, 0]];
    if (path.length) state.set(start, 1);
    while (path.length) {
      const top = path.at(-1);
      const link = out.get(top[0])[top[1]++];
      if (!link) {
        state.set(top[0], 2);
        path.pop();
        continue;
      }
      const [, target] = ends(link);
      if (state.get(target) === 1) {
        link.flipped = true;
      } else if (!state.has(target)) {
        state.set(target, 1);
        path.push([target, 0]);
      }
    }
  }
  for (const link of links) {
    if (link.flipped) [link.source, link.target] = [link.target, link.source];
  }
}

/** Give every node its rank: the longest way from a start, and sources next to what they feed. */
function rankNodes(nodes, arcs) {
  const waiting = new Map(nodes.map((node) => [node, node.ins.length]));
  const sorted = nodes.filter((node) => !node.ins.length);
  for (const node of nodes) node.rank = node.type === "port" ? 0 : 1;
  for (const node of sorted) {
    for (const arc of node.outs) {
      arc.to.rank = Math.max(arc.to.rank, node.rank + arc.least);
      waiting.set(arc.to, waiting.get(arc.to) - 1);
      if (!waiting.get(arc.to)) sorted.push(arc.to);
    }
  }
  for (const node of sorted.toReversed()) {
    if (node.ins.length || !node.outs.length || node.type === "port") continue;
    node.rank = Math.min(...node.outs.map((arc) => arc.to.rank - arc.least));
  }
  const last = Math.max(0, ...nodes.filter((node) => node.type !== "port").map((node) => node.rank));
  for (const node of nodes) if (node.type === "port" && node.ins.length) node.rank = last + 1;
  for (const arc of arcs) {
    const crosses = arc.from.type === "port" || arc.to.type === "port";
    const isLong = arc.to.rank - arc.from.rank > arc.least;
    arc.light = crosses ? arc.link.edge.hints.light : isLong && isShortcut(arc);
  }
}

const MOST_STEPS = 3000;

/** Whether there is a longer way from the start of an edge to its end. */
function isShortcut(arc) {
  const seen = new Set([arc.from]);
  const waiting = [arc.from];
  for (let steps = 0; waiting.length && steps < MOST_STEPS; steps++) {
    for (const other of waiting.pop().outs) {
      if (other.to === arc.to && other.from !== arc.from) return true;
      if (other.to.rank >= arc.to.rank || seen.has(other.to)) continue;
      seen.add(other.to);
      waiting.push(other.to);
    }
  }
  return false;
}

const MOST_BENDS = 60000;

/**
 * Put a bend in every rank that an edge passes, and its label in one of them.
 *
 * Where there would be too many to lay out, the longest edges have none and may cross boxes.
 */
function addBends(arcs, nodes) {
  let left = MOST_BENDS;
  const length = (arc) => arc.to.rank - arc.from.rank;
  for (const arc of arcs.toSorted((one, two) => length(one) - length(two))) {
    arc.bends = [];
    left -= length(arc) - 1;
    if (left < 0) continue;
    const labelAt = arc.from.rank + 1 + 2 * Math.floor((length(arc) - 2) / 4);
    for (let rank = arc.from.rank + 1; rank < arc.to.rank; rank++) {
      const label = arc.label && rank === labelAt ? arc.label : null;
      const bend = { type: label ? "label" : "bend", rank, ins: [], outs: [], item: null, arc };
      Object.assign(bend, label ?? { before: 2, after: 2, size: 0 });
      arc.bends.push(bend);
      nodes.push(bend);
    }
  }
}

/** Edges cut where they pass a rank; a segment leads from one rank to the next. */
function cut(arcs, nodes) {
  for (const node of nodes) node.ins = [];
  for (const node of nodes) node.outs = [];
  for (const arc of arcs) {
    const stops = [arc.from, ...arc.bends, arc.to];
    arc.segments = stops.slice(1).map((to, position) => {
      const segment = { arc, from: stops[position], to, fromOffset: 0, toOffset: 0 };
      segment.weight = arc.light ? 0.0001 : 1;
      segment.from.outs.push(segment);
      to.ins.push(segment);
      return segment;
    });
    const [first, last] = [arc.segments[0], arc.segments.at(-1)];
    first.fromOffset = arc.from.item?.ports?.get(arc.link) ?? 0;
    last.toOffset = arc.to.item?.ports?.get(arc.link) ?? 0;
  }
}

/** The nodes of every rank in an order with few crossings. */
function ordered(nodes) {
  const ranks = firstOrder(nodes);
  const crowded = nodes.length > 5000;
  let best = crossings(ranks);
  let kept = ranks.map((rank) => [...rank]);
  for (let sweep = 0, idle = 0; best > 0 && idle < 4 && sweep < (crowded ? 4 : 24); sweep++) {
    const isDown = sweep % 2 === 0;
    for (const rank of isDown ? ranks : ranks.toReversed()) sortRank(rank, isDown);
    const found = crossings(ranks);
    idle = found < best ? 0 : idle + 1;
    if (found < best) {
      best = found;
      kept = ranks.map((rank) => [...rank]);
    }
  }
  kept.forEach(number);
  return kept;
}

/** An order to start with: along the edges, short ones first, so that shortcuts go outside. */
function firstOrder(nodes) {
  const ranks = [];
  const seen = new Set();
  const length = (segment) => segment.arc.bends.length;
  const starts = nodes.filter((node) => !node.ins.length);
  const waiting = [...starts.filter((node) => node.type === "port"), ...starts].toReversed();
  while (waiting.length) {
    const node = waiting.pop();
    if (seen.has(node)) continue;
    seen.add(node);
    (ranks[node.rank] ??= []).push(node);
    const following = node.outs.toSorted((one, two) => length(one) - length(two));
    for (const segment of following.toReversed()) waiting.push(segment.to);
  }
  const filled = Array.from(ranks, (rank) => rank ?? []);
  // Ports keep the order given by the frame around the level.
  for (const rank of filled) if (isPorts(rank)) rank.sort((one, two) => one.turn - two.turn);
  filled.forEach(number);
  return filled;
}

function isPorts(rank) {
  return rank.some((node) => node.type === "port");
}

function number(rank) {
  for (const [position, node] of rank.entries()) node.order = position;
}

/** Where an end of a segment is among the nodes of its rank; frames have ports side by side. */
function place(node, offset) {
  return node.order + within(node, offset);
}

function sortRank(rank, isDown) {
  if (isPorts(rank)) return;
  for (const node of rank) {
    const others = isDown
      ? node.ins.map((each) => place(each.from, each.fromOffset) - within(node, each.toOffset))
      : node.outs.map((each) => place(each.to, each.toOffset) - within(node, each.fromOffset));
    const sum = others.reduce((total, each) => total + each, 0);
    node.wish = others.length ? sum / others.length : node.order;
  }
  rank.sort((one, two) => one.wish - two.wish || one.order - two.order);
  number(rank);
}

function within(node, offset) {
  return offset ? (0.9 * offset) / (node.before + node.after) : 0;
}

/** How many pairs of segments cross. */
function crossings(ranks) {
  let found = 0;
  for (const rank of ranks) {
    const ends = rank
      .flatMap((node) => node.outs)
      .map((each) => [place(each.from, each.fromOffset), place(each.to, each.toOffset)])
      .sort((one, two) => one[0] - two[0] || one[1] - two[1]);
    found += inversions(ends.map((each) => each[1]));
  }
  return found;
}

/** How many pairs of numbers stand in the wrong order, by merging. */
function inversions(numbers) {
  if (numbers.length < 2) return 0;
  const middle = numbers.length >> 1;
  const [left, right] = [numbers.slice(0, middle), numbers.slice(middle)];
  let found = inversions(left) + inversions(right);
  let taken = 0;
  for (let position = 0, next = 0; position < numbers.length; position++) {
    if (next >= right.length || (taken < left.length && left[taken] <= right[next])) {
      numbers[position] = left[taken++];
    } else {
      found += left.length - taken;
      numbers[position] = right[next++];
    }
  }
  return found;
}
