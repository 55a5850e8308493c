/* Small helps that no page depends on. */
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (!copy || !navigator.clipboard) return;
    await navigator.clipboard.writeText(copy.dataset.copy);
    copy.setAttribute("data-done", "");
  });
  document.addEventListener("change", (event) => {
    const select = event.target.closest("select[data-go]");
    if (select && select.form) select.form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select")) target.focus();
    else target.click();
  });
  const clock = document.querySelector("[data-clock]");
  if (clock) {
    const skew = Number(clock.dataset.clock) * 1000 - Date.now();
    const say = () => {
      clock.textContent = new Date(Date.now() + skew).toLocaleTimeString("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", hour12: false });
    };
    say();
    setInterval(say, 10000);
  }
})();
