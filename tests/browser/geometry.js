// What lies on what in the diagram, in the diagram's own units. Everything that it gives is wrong.
() => {
  const shift = (node) => node.getAttribute("transform")?.match(/-?[\d.]+/g).map(Number) ?? [0, 0];
  const plain = ({ x, y, width, height }) => ({ x, y, right: x + width, bottom: y + height });
  const box = (node) => {
    const [x, y] = shift(node);
    const { width, height } = node.querySelector(".outline").getBBox();
    return { name: node.dataset.name, ...plain({ x, y, width, height }) };
  };
  const boxes = [...document.querySelectorAll(".box")].map(box);
  const frames = [...document.querySelectorAll("#frames .outline")].map((node) => plain(node.getBBox()));
  const titles = [...document.querySelectorAll(".frame")].map((node) => {
    const [x, y] = shift(node);
    const texts = [...node.querySelectorAll(":scope > text")].map((text) => text.getBBox());
    const [width, height] = [Math.max(...texts.map((text) => text.width)), 30];
    return { name: node.dataset.name, ...plain({ x: x + texts[0].x, y: y + texts[0].y, width, height }) };
  });
  const labels = [...document.querySelectorAll(".label")].map((node) => ({
    name: node.textContent,
    ...plain(node.getBBox()),
  }));
  const meets = (one, two) =>
    one.x < two.right - 0.5 && two.x < one.right - 0.5 && one.y < two.bottom - 0.5 && two.y < one.bottom - 0.5;
  const holds = (outer, inner) =>
    outer.x <= inner.x && outer.y <= inner.y && outer.right >= inner.right && outer.bottom >= inner.bottom;
  const wrong = [];
  const each = (kind, ones, others, isWrong) => {
    for (const [first, one] of ones.entries()) {
      for (const [second, two] of others.entries()) {
        if (ones === others && second <= first) continue;
        if (isWrong(one, two)) wrong.push(`${kind}: ${one.name ?? "frame"}, ${two.name ?? "frame"}`);
      }
    }
  };
  each("boxes", boxes, boxes, meets);
  each("label on box", labels, boxes, meets);
  each("labels", labels, labels, meets);
  each("label on title", labels, titles, meets);
  each("box across frame", boxes, frames, (one, two) => meets(one, two) && !holds(two, one));
  each("frames", frames, frames, (one, two) => meets(one, two) && !holds(one, two) && !holds(two, one));
  for (const edge of document.querySelectorAll(".edge")) {
    const way = edge.querySelector(".way");
    const length = way.getTotalLength();
    const from = Math.min(4, length / 4);
    for (let along = from; along < length - from; along += 6) {
      const { x, y } = way.getPointAtLength(along);
      const on = ({ x: left, y: top, right, bottom }) =>
        x > left + 1 && x < right - 1 && y > top + 1 && y < bottom - 1;
      const met = boxes.find(on) ?? titles.find(on);
      if (met) {
        wrong.push(`edge through ${met.name}: ${edge.dataset.from} to ${edge.dataset.to}`);
        break;
      }
    }
  }
  return wrong;
}
