// The second half of a layered layout: the positions of nodes within their ranks. Pure.

const GAP = { box: 26, label: 10, bend: 12, port: 12 };

function gap(one, two) {
  return one.item && two.item ? GAP.box : Math.max(one.item || two.item ? 14 : 0, GAP[one.type], GAP[two.type] - 6);
}

function apart(one, two) {
  return one.after + gap(one, two) + two.before;
}

/** Let edges leave and enter a box side by side, the one that is no shortcut in the middle. */
function spreadPorts(nodes) {
  for (const node of nodes) {
    if (node.type !== "box" || node.item.ports) continue;
    spread(node, node.ins, (each) => each.from.order, "toOffset");
    spread(node, node.outs, (each) => each.to.order, "fromOffset");
  }
}

function spread(node, segments, order, offset) {
  const sorted = segments.toSorted((one, two) => order(one) - order(two));
  const main = sorted.filter((each) => !each.arc.light);
  const middle = main.length === 1 ? sorted.indexOf(main[0]) : (sorted.length - 1) / 2;
  const room = Math.min(node.before, node.after) - 12;
  const step = Math.min(14, room / Math.max(middle, sorted.length - 1 - middle, 1));
  for (const [position, segment] of sorted.entries()) segment[offset] = (position - middle) * step;
}

/** Place the nodes of all ranks: chains straight, forks in the middle, nothing on another. */
function placeAcross(ranks, count) {
  for (const rank of ranks) {
    let end = 0;
    for (const [position, node] of rank.entries()) {
      node.at = position ? end + apart(rank[position - 1], node) : 0;
      end = node.at;
    }
    for (const node of rank) node.at -= end / 2;
  }
  const rounds = count > 50000 ? 1 : count > 5000 ? 3 : 10;
  for (let round = 0; round < rounds; round++) {
    for (const rank of ranks) settle(rank, "ins");
    for (const rank of ranks.toReversed()) settle(rank, "outs");
  }
  for (const rank of ranks) settle(rank, "ins");
  straighten(ranks);
  for (const node of ranks.flat()) {
    if (node.type !== "box" || node.item.ports) continue;
    snap(node, node.ins, "toOffset", (each) => each.from.at + each.fromOffset);
    snap(node, node.outs, "fromOffset", (each) => each.to.at + each.toOffset);
  }
}

/** Move the ends of edges along a box a little where that makes an edge straight. */
function snap(node, segments, offset, other) {
  const sorted = segments.toSorted((one, two) => one[offset] - two[offset]);
  for (const [position, segment] of sorted.entries()) {
    const wanted = other(segment) - node.at;
    const low = position ? sorted[position - 1][offset] + 7 : 12 - node.before;
    const high = position + 1 < sorted.length ? sorted[position + 1][offset] - 7 : node.before - 12;
    const isNear = Math.abs(wanted - segment[offset]) < 16;
    if (isNear && wanted >= low && wanted <= high) segment[offset] = wanted;
  }
}

/** Move the nodes of a rank as near as can be to what they are linked to on one side. */
function settle(rank, side) {
  const wishes = rank.map((node) => wish(node, side));
  let shift = 0;
  const blocks = [];
  for (const [position, node] of rank.entries()) {
    if (position) shift += apart(rank[position - 1], node);
    const { at, weight } = wishes[position];
    let block = { sum: (at - shift) * weight, weight, nodes: [[node, shift]] };
    // Neighbours that would overlap form a block, which is placed at the best common position.
    while (blocks.length && mean(blocks.at(-1)) >= mean(block)) {
      const before = blocks.pop();
      for (const each of block.nodes) before.nodes.push(each);
      block = { sum: before.sum + block.sum, weight: before.weight + block.weight, nodes: before.nodes };
    }
    blocks.push(block);
  }
  for (const block of blocks) {
    for (const [node, offset] of block.nodes) node.at = mean(block) + offset;
  }
}

function mean(block) {
  return block.sum / block.weight;
}

function wish(node, side) {
  const segments = node[side];
  if (!segments.length) return { at: node.at, weight: 1e-7 };
  const main = segments.filter((each) => !each.arc.light);
  const places = (main.length ? main : segments).map((each) => {
    const [other, own] = [each.fromOffset, each.toOffset];
    return side === "ins" ? each.from.at + other - own : each.to.at + own - other;
  });
  const weight = segments.reduce((total, each) => total + each.weight, 0);
  return { at: median(places), weight };
}

function median(numbers) {
  const sorted = numbers.toSorted((one, two) => one - two);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Draw chains, and then the bends of each edge, into straight lines as far as there is room. */
function straighten(ranks) {
  const nodes = ranks.flat();
  const chains = chainsOf(nodes).sort((one, two) => two.length - one.length);
  const arcs = [...new Set(nodes.map((node) => node.arc).filter(Boolean))];
  for (let round = 0; round < 3; round++) {
    for (const chain of chains) align(chain, median(chain.map(([node, offset]) => node.at + offset)), ranks);
    for (const arc of arcs) align(arc.bends.map((bend) => [bend, 0]), bestLine(arc, ranks), ranks);
  }
}

/** Where a long edge runs best: below its start, or above its end where it forks or has no room. */
function bestLine(arc, ranks) {
  const [first, last] = [arc.segments[0], arc.segments.at(-1)];
  const lines = [first.from.at + first.fromOffset, last.to.at + last.toOffset];
  const isFork = !arc.light && arc.from.outs.filter((each) => !each.arc.light).length > 1;
  if (isFork) lines.reverse();
  const rooms = arc.bends.map((bend) => room(bend, ranks[bend.rank]));
  const fits = (line) => rooms.every(([low, high]) => line > low - 0.01 && line < high + 0.01);
  return lines.find(fits) ?? lines[0];
}

/** Nodes that follow each other with no other main edge in or out, and where the line meets them. */
function chainsOf(nodes) {
  const only = (segments) => {
    const main = segments.filter((each) => !each.arc.light);
    return main.length === 1 ? main[0] : null;
  };
  const next = (node) => {
    const segment = only(node.outs);
    return segment && only(segment.to.ins) === segment ? segment : null;
  };
  const follows = new Set(nodes.map((node) => next(node)?.to));
  const chains = [];
  for (const start of nodes) {
    if (follows.has(start) || !next(start)) continue;
    // A line may leave a frame at another position than where it enters; `shift` is the difference.
    let shift = 0;
    const chain = [[start, next(start).fromOffset]];
    for (let segment = next(start), after; segment; segment = after) {
      chain.push([segment.to, segment.toOffset - shift]);
      after = next(segment.to);
      if (after) shift += after.fromOffset - segment.toOffset;
    }
    chains.push(chain);
  }
  return chains;
}

/** Put nodes on one line, or on as few as there is room for. */
function align(chain, wanted, ranks) {
  let run = [];
  let [low, high] = [-Infinity, Infinity];
  const finish = () => {
    for (const [node, offset] of run) node.at = Math.min(Math.max(wanted, low), high) - offset;
  };
  for (const [node, offset] of chain) {
    const [least, most] = room(node, ranks[node.rank]).map((each) => each + offset);
    if (Math.max(low, least) > Math.min(high, most) + 0.01) {
      finish();
      run = [];
      [low, high] = [-Infinity, Infinity];
    }
    run.push([node, offset]);
    [low, high] = [Math.max(low, least), Math.min(high, most)];
  }
  finish();
}

function room(node, rank) {
  const [before, after] = [rank[node.order - 1], rank[node.order + 1]];
  return [
    before ? before.at + apart(before, node) : -Infinity,
    after ? after.at - apart(node, after) : Infinity,
  ];
}
