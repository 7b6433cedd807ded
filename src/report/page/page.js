// The filter of the rows. Without it, all of them are a plain table.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  if (!form) return;
  const text = document.getElementById("filter-text");
  const code = document.getElementById("filter-code");
  const shown = document.getElementById("shown");
  const words = (cells) => Array.from(cells, (cell) => cell.textContent).join("\n");
  const groups = Array.from(document.querySelectorAll("table.rows tbody"), (body) => {
    const [title, ...rows] = body.rows;
    const own = words(title.cells);
    const searched = (row) => ({ row, text: (words(row.cells) + "\n" + own).toLowerCase() });
    return { body, rows: rows.map(searched) };
  });
  const all = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const apply = () => {
    const wanted = text.value.trim().toLowerCase();
    let left = 0;
    for (const { body, rows } of groups) {
      const { group, outcome } = body.dataset;
      const isTaken = ["", group, outcome].includes(code.value);
      let some = 0;
      for (const { row, text } of rows) {
        row.hidden = !(isTaken && text.includes(wanted));
        some += row.hidden ? 0 : 1;
      }
      body.hidden = some === 0;
      left += some;
    }
    const number = (count) => count.toLocaleString("en");
    shown.textContent = `${number(left)} of ${number(all)} rows on this page`;
    form.dataset.filtered = String(left < all);
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  text.addEventListener("input", apply);
  code.addEventListener("change", apply);
  // What a browser has kept of an earlier visit counts, too.
  window.addEventListener("pageshow", apply);
  form.hidden = false;
  apply();
})();
