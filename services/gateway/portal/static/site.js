// The pages work without this; with it a choice in the search form searches at once.
"use strict";
document.querySelectorAll("form.search select").forEach((select) => {
  select.addEventListener("change", () => select.form.requestSubmit());
});
document.addEventListener("keydown", (event) => {
  const field = document.getElementById("q");
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key === "/" && field && !typing) {
    event.preventDefault();
    field.focus();
  }
});
