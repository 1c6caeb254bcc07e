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
    if (event.target.closest("[data-print]")) {
      await Promise.allSettled(["", "bold ", "italic "].map((look) => document.fonts.load(`${look}13pt "Hailong Paper"`)));
      print();
    }
    if (event.target === dialog()) { dialog().close(); }
  });
  // An arrow key chooses and goes nowhere (WCAG 3.2.2): Enter or the button sends what was chosen.
  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-send]");
    if (!field) { return; }
    // A comparison chosen for one period means nothing for another.
    if (field.name === "ky" && field.form.elements.so) { field.form.elements.so.value = ""; }
    for (const other of field.form.elements) { if (other.matches(".send")) { other.classList.add("main"); } }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest("[data-send]")) { return; }
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  // The page that comes has the focus where the one before had it.
  const kept = "chosen-at";
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".choose")) { sessionStorage.setItem(kept, document.activeElement.id); }
  });
  const chosen = sessionStorage.getItem(kept);
  sessionStorage.removeItem(kept);
  if (chosen !== null) {
    const field = document.getElementById(chosen) ?? document.querySelector(".choose .send");
    // What lies folded away has its focus where it is unfolded.
    (field?.closest("details:not([open])")?.querySelector("summary") ?? field)?.focus({ preventScroll: true });
  }
  // After Back a browser fills in what was chosen last; the fields are to say what the page shows.
  addEventListener("pageshow", (event) => {
    if (!event.persisted && performance.getEntriesByType("navigation")[0].type === "navigate") { return; }
    for (const form of document.querySelectorAll(".choose")) { form.reset(); }
  });
  // What is printed is the paper of the PDF; it lies in the page unread until somebody prints.
  addEventListener("beforeprint", () => {
    const paper = document.getElementById("paper");
    if (paper && !document.body.classList.contains("on-paper")) {
      const read = document.createElement("template");
      read.innerHTML = paper.textContent;
      document.body.append(read.content.querySelector(".printed"));
      document.body.classList.add("on-paper");
    }
    for (const part of document.querySelectorAll("details:not(.free, .options)")) { part.open = true; }
  });
  addEventListener("afterprint", () => {
    document.body.classList.remove("on-paper");
    document.querySelector("body > .printed")?.remove();
  });
  for (const button of document.querySelectorAll("[data-print]")) { button.hidden = false; }
})();
