// Comfort on the report pages; without it every link and form still works.
(() => {
  const dialog = () => document.getElementById("explain");
  // A figure opens how it was made beside the page; the focus goes in and comes back.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-explain]");
    if (link && dialog() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      try {
        const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
        if (!answer.ok || answer.redirected) { throw new Error(answer.status); }
        dialog().innerHTML = await answer.text();
        dialog().showModal();
        document.getElementById("explain-title").focus();
        dialog().addEventListener("close", () => link.focus(), { once: true });
      } catch { location.assign(link.href); }
    }
    if (event.target.closest("[data-print]")) { print(); }
    if (event.target === dialog()) { dialog().close(); }
  });
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-send]");
    if (!field) { return; }
    // A comparison chosen for one period means nothing for another.
    if (field.name === "ky") { field.form.elements.so.value = ""; }
    field.form.requestSubmit();
  });
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not(.free)")) { part.open = true; }
  });
  for (const button of document.querySelectorAll("[data-print]")) { button.hidden = false; }
  for (const button of document.querySelectorAll(".choose .send")) { button.hidden = true; }
})();
