// The figure that the page shows, which is embedded in the page.

const figure = indexed(JSON.parse(document.getElementById("figure").textContent));
