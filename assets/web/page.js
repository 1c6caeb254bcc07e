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
})();
