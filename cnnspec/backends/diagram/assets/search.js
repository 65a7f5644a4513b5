// Finds layers by name, kind and arguments, and moves the view to them.

const MOST_FOUND = 40;
const input = document.getElementById("search");
const results = document.getElementById("found");
let found = [];
let chosen = 0;

function textsOf(figure) {
  return [...figure.boxes, ...figure.groups].map((element) => {
    const said = [element.kind, ...element.lines, ...element.details.map((pair) => pair.join(" "))];
    return { element, name: element.name.toLowerCase(), all: said.join("\n").toLowerCase() };
  });
}

/** What has every word, names before the rest. */
function matching(texts, asked) {
  const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const rank = ({ name, all, element }) => {
    if (!words.every((word) => name.includes(word) || all.includes(word))) return null;
    if (name === words.join(" ")) return 0;
    if (name.startsWith(words[0])) return 1;
    if (words.every((word) => name.includes(word))) return 2;
    return words.every((word) => element.kind.toLowerCase().includes(word)) ? 3 : 4;
  };
  return texts
    .map((text) => [rank(text), text.element])
    .filter(([place]) => place !== null)
    .sort((one, two) => one[0] - two[0])
    .map(([, element]) => element);
}

function showFound() {
  const isOpen = input.value.trim() !== "";
  results.hidden = !isOpen;
  input.setAttribute("aria-expanded", String(isOpen));
  const shown = found.slice(0, MOST_FOUND).map((element, position) => {
    const isChosen = position === chosen;
    const item = html(
      "li",
      { role: "option", id: `found-${position}`, "aria-selected": String(isChosen) },
      html("span", { class: `chip ${element.frozen ? "frozen" : element.family}` }),
      html("b", { dir: "auto" }, element.name),
      html("span", {}, element.lines.slice(1).join(" · ")),
    );
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => choose(element));
    return item;
  });
  if (!found.length) shown.push(html("li", { class: "none" }, "no matching layers"));
  if (found.length > MOST_FOUND) shown.push(html("li", { class: "none" }, `and ${found.length - MOST_FOUND} more`));
  results.replaceChildren(...shown);
  if (isOpen && found.length) input.setAttribute("aria-activedescendant", `found-${chosen}`);
  else input.removeAttribute("aria-activedescendant");
  results.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
}

function clearSearch() {
  input.value = "";
  found = [];
  showFound();
}

function choose(element) {
  clearSearch();
  goTo(element);
}

const searched = textsOf(figure);

input.addEventListener("input", () => {
  chosen = 0;
  found = matching(searched, input.value);
  showFound();
});
input.addEventListener("keydown", (event) => {
  const last = Math.min(found.length, MOST_FOUND) - 1;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps && found.length) {
    chosen = Math.min(last, Math.max(0, chosen + steps[event.key]));
    showFound();
  } else if (event.key === "Enter" && found.length) {
    choose(found[chosen]);
  } else if (event.key === "Escape") {
    if (!input.value) input.blur();
    clearSearch();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
});
input.addEventListener("blur", () => (results.hidden = true));
input.addEventListener("focus", showFound);
