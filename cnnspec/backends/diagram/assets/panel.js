// Shows the details of the pinned, focused or hovered element, or an overview of the model.

function html(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function table(pairs) {
  const list = html("dl");
  let last = null;
  for (const [name, value] of pairs) {
    if (name !== last) list.append(html("dt", {}, name));
    list.append(html("dd", { dir: "auto" }, value));
    last = name;
  }
  return list;
}

function showDetails(element, isPinned) {
  const colour = element.frozen ? "frozen" : element.family;
  const said = [element.kind, ...(element.frozen ? ["frozen"] : [])].join(" · ");
  panel.classList.toggle("open", isPinned);
  panel.classList.remove("overview");
  panel.replaceChildren(
    html("h2", { dir: "auto" }, element.name),
    html("p", { class: "kind" }, html("span", { class: `chip ${colour}` }), said),
    table(element.details.filter(([name]) => name !== "Layer")),
  );
  if (isPinned) panel.append(closeButton());
}

function closeButton() {
  const button = html("button", { class: "close", "aria-label": "Close the details" }, "×");
  button.addEventListener("click", () => pin(null));
  return button;
}

function showOverview() {
  panel.classList.remove("open");
  panel.classList.add("overview");
  const families = new Set(figure.boxes.map((box) => (box.frozen ? "frozen" : box.family)));
  const legend = html("ul", { class: "legend" });
  for (const family of figure.families.filter((each) => families.has(each))) {
    legend.append(html("li", {}, html("span", { class: `chip ${family}` }), family));
  }
  panel.replaceChildren(
    html("h2", { dir: "auto" }, figure.name),
    table(figure.overview),
    legend,
  );
}
