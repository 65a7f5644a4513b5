// The paths of edges through the points of their routes. Pure.

const HEAD = 7;

/** A line through points, straight along the ranks and bent between them, with an arrow's head. */
function routed(points, isFlipped) {
  const isDown = figure.direction === "TB";
  const tip = isFlipped ? points[0] : points.at(-1);
  const line = points.map((point) => [...point]);
  const end = isFlipped ? line[0] : line.at(-1);
  end[isDown ? 1 : 0] += (isFlipped ? 1 : -1) * (HEAD - 1);
  const way = [`M${at(line[0])}`];
  for (let position = 1; position < line.length; position++) {
    const [from, to] = [line[position - 1], line[position]];
    const [across, along] = isDown ? [0, 1] : [1, 0];
    if (Math.abs(from[along] - to[along]) < 0.01 && Math.abs(from[across] - to[across]) < 0.01) continue;
    if (Math.abs(from[across] - to[across]) < 0.6) {
      way.push(`L${at(to)}`);
      continue;
    }
    const middle = (from[along] + to[along]) / 2;
    const one = isDown ? [from[0], middle] : [middle, from[1]];
    const two = isDown ? [to[0], middle] : [middle, to[1]];
    way.push(`C${at(one)} ${at(two)} ${at(to)}`);
  }
  return { path: way.join(""), head: headAt(tip, isDown ? [0, isFlipped ? -1 : 1] : [isFlipped ? -1 : 1, 0]) };
}

/** A line from a side of a box back to the same side. */
function looped([start, one, two, end]) {
  const tip = [end[0] - Math.sign(end[0] - two[0]) * HEAD, end[1] - Math.sign(end[1] - two[1]) * HEAD];
  const direction = [Math.sign(end[0] - two[0]), Math.sign(end[1] - two[1])];
  return { path: `M${at(start)}C${at(one)} ${at(two)} ${at(tip)}`, head: headAt(end, direction) };
}

function headAt([x, y], [right, down]) {
  const back = [x - HEAD * right, y - HEAD * down];
  const side = [3.4 * down, 3.4 * right];
  return `M${at([x, y])}L${at([back[0] + side[0], back[1] + side[1]])}L${at([back[0] - side[0], back[1] - side[1]])}z`;
}

function at(point) {
  return point.map((each) => Math.round(each * 10) / 10).join(" ");
}
