// Says so when the page no longer hears from the collector: numbers that stand still must not look fresh.
(() => {
  const lost = document.getElementById("lost");
  const tell = () => { lost.textContent = lost.dataset.words; };
  document.body.addEventListener("htmx:sendError", tell);
  document.body.addEventListener("htmx:timeout", tell);
  document.body.addEventListener("htmx:responseError", tell);
  document.body.addEventListener("htmx:afterRequest", (answered) => {
    if (answered.detail.successful) { lost.textContent = ""; }
  });
  // What a reader has opened stays open when the numbers change.
  let open = [];
  document.body.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("details[open]")].map((part) => part.id);
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const id of open) { document.getElementById(id)?.setAttribute("open", ""); }
  });
})();
