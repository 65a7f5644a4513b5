// The figure that the page shows, as it was written into it.

const figure = indexed(JSON.parse(document.getElementById("figure").textContent));
