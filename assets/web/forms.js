// A page that is left by mistake asks first while something typed was not sent; and a form is sent once.
(() => {
  const AGAIN_MS = 3000;
  const unsent = new Set(document.querySelectorAll("[data-unsent]"));
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.method === "post" && !form.closest(".signin")) { unsent.add(form); }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    // Where no answer comes, the button works again.
    setTimeout(() => { delete form.dataset.sent; }, AGAIN_MS);
    unsent.delete(form);
    for (const part of document.querySelectorAll("[data-unsent]")) { unsent.delete(part); }
  });
  addEventListener("beforeunload", (event) => { if (unsent.size) { event.preventDefault(); } });
})();
