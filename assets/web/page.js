// What the page Today does while it stands open; without this it still shows everything.
(() => {
  const at = (id) => document.getElementById(id);
  const lost = at("lost");
  const timed = (words) => words.replace("{time}", at("as-of").textContent);
  let ended = false;
  // Numbers that stand still must not look fresh.
  const tell = () => { if (!ended) { lost.textContent = timed(lost.dataset.words); } };
  document.body.addEventListener("htmx:sendError", tell);
  document.body.addEventListener("htmx:timeout", tell);
  document.body.addEventListener("htmx:responseError", tell);
  document.body.addEventListener("htmx:afterRequest", (answered) => {
    if (!answered.detail.successful || ended) { return; }
    lost.textContent = "";
    // Nothing has changed, and that is known up to now.
    const now = answered.detail.xhr.getResponseHeader("As-Of");
    if (now) { at("as-of").textContent = now; }
  });
  document.body.addEventListener("ended", () => {
    ended = true;
    const said = at("ended").content.cloneNode(true);
    said.firstChild.textContent = timed(said.firstChild.textContent);
    lost.replaceChildren(said);
  });
  document.body.addEventListener("htmx:beforeRequest", (asks) => { if (ended) { asks.preventDefault(); } });
  // What a reader has opened stays open when the numbers change.
  let open = [];
  document.body.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("details[open]")].map((part) => part.id);
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const id of open) { at(id)?.setAttribute("open", ""); }
  });
  // Whoever comes back in this window is told what changed since they left.
  const kept = `looked at by ${document.querySelector(".me a")?.textContent}`;
  addEventListener("pagehide", () => sessionStorage.setItem(kept, at("seen").value));
  addEventListener("load", () => {
    const before = sessionStorage.getItem(kept);
    if (before && before.split(".")[0] !== at("seen").value.split(".")[0]) {
      at("seen").value = before;
      htmx.trigger("#today", "look");
    }
  });
})();
