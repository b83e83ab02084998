// The threshold picker: precision and recall with their 95 % bands over the threshold, a slider, and the choice.
function render({ model, el }) {
  let state = model.get("first");
  let at = state.match;
  const said = voice();
  const line = connect(model, () => {});
  const slider = h("input", { type: "range", min: 0, max: Math.max(state.rows.length - 1, 0), step: 1, class: "wb-slider", "aria-label": "Threshold", oninput: () => { at = state.rows[slider.value].threshold; paint(); show(); } });
  const keep = h("button", { type: "button", class: "wb-primary", onclick: () => choose() });
  const chart = h("div", { class: "wb-chart" });
  const words = h("p", {});
  const table = h("div", { class: "wb-scroll", tabindex: 0, role: "region", "aria-label": "All thresholds" });
  fill(el, h("div", { class: "wb wb-threshold" },
    h("header", { class: "wb-head" }, h("h3", {}, state.title), h("span", { class: "wb-muted" }, `${state.labels} labelled pairs`)),
    said.card,
    state.rows.length ? h("div", { class: "wb-pair" }, table, h("div", {}, h("p", {}, h("span", { class: "wb-key-p" }, "— precision"), h("span", { class: "wb-key-r" }, "- - recall"), h("span", { class: "wb-muted" }, "with 95 % bands")), chart, slider, words, h("div", { class: "wb-tools" }, keep))) : h("p", {}, "Nothing is labelled yet: label pairs first."),
    said.line));
  const nearest = () => state.rows.reduce((a, b) => (Math.abs(b.threshold - at) < Math.abs(a.threshold - at) ? b : a));
  const range = (row, name) => `${(row[name] * 100).toFixed(1)} % (${(row[`${name}_low`] * 100).toFixed(1)} to ${(row[`${name}_high`] * 100).toFixed(1)})`;
  function svg() {
    const W = 640, H = 220, L = 40, B = 24;
    // thresholds crowd at both ends: one step per row of the table, not per unit
    const x = (i) => L + (i * (W - L - 8)) / Math.max(state.rows.length - 1, 1);
    // from just below the lowest bound on, or the differences between thresholds drown
    const floor = Math.floor(Math.min(...state.rows.flatMap((r) => [r.precision_low, r.recall_low])) * 10) / 10;
    const y = (v) => 8 + ((1 - v) / (1 - floor || 1)) * (H - B - 8);
    const path = (name) => state.rows.map((r, i) => `${i ? "L" : "M"}${x(i).toFixed(1)},${y(r[name]).toFixed(1)}`).join("");
    const band = (name) => `${path(`${name}_high`)}L${[...state.rows].map((r, i) => [x(i), y(r[`${name}_low`])]).reverse().map((p) => p.map((n) => n.toFixed(1)).join(",")).join("L")}Z`;
    const here = state.rows.indexOf(nearest());
    const ticks = [floor, (floor + 1) / 2, 1].map((v) => `<text x="${L - 6}" y="${y(v) + 4}" text-anchor="end">${Math.round(v * 100)} %</text><line x1="${L}" x2="${W - 8}" y1="${y(v)}" y2="${y(v)}" class="wb-grid"/>`).join("");
    const labels = state.rows.map((r, i) => (i % 5 === 0 ? `<text x="${x(i)}" y="${H - 6}" text-anchor="${i === state.rows.length - 1 ? "end" : "middle"}">${r.threshold}</text>` : "")).join("");
    return `<svg viewBox="0 0 ${W} ${H}" role="img" aria-label="Precision and recall by threshold">${ticks}${labels}
      <path d="${band("precision")}" class="wb-band wb-p"/><path d="${band("recall")}" class="wb-band wb-r"/>
      <path d="${path("precision")}" class="wb-curve wb-p"/><path d="${path("recall")}" class="wb-curve wb-r" stroke-dasharray="6 4"/>
      <line x1="${x(here)}" x2="${x(here)}" y1="8" y2="${H - B}" class="wb-at"/></svg>`;
  }
  function paint() {
    if (!state.rows.length) return;
    const row = nearest();
    slider.value = state.rows.indexOf(row);
    slider.setAttribute("aria-valuetext", `${row.threshold}: precision ${range(row, "precision")}, recall ${range(row, "recall")}`);
    chart.innerHTML = svg();
    fill(keep, row.threshold === state.match ? `Kept: ${row.threshold}` : `Keep ${row.threshold}`);
    keep.disabled = row.threshold === state.match;
    fill(words, `At ${row.threshold}: ${row.pairs.toLocaleString("en")} pairs linked, precision ${range(row, "precision")}, recall ${range(row, "recall")}. Each label stands for the pairs of its score; recall is among the pairs compared.`);
    fill(table, h("table", {}, h("thead", {}, h("tr", {}, ["Threshold", "Pairs", "Precision (95 %)", "Recall (95 %)", "F1"].map((t, i) => h("th", { scope: "col", class: i ? "wb-number" : "" }, t)))),
      h("tbody", {}, state.rows.map((r) => h("tr", { class: r === row ? "wb-chosen" : "" }, h("th", { scope: "row" }, r.threshold), h("td", { class: "wb-number" }, r.pairs.toLocaleString("en")), h("td", { class: "wb-number" }, range(r, "precision")), h("td", { class: "wb-number" }, range(r, "recall")), h("td", { class: "wb-number" }, r.f1.toFixed(3)))))));
  }
  const show = () => { const row = table.querySelector(".wb-chosen"); if (row) table.scrollTop = row.offsetTop - table.clientHeight / 2; };
  async function choose() {
    said.clear();
    const answer = await line.ask({ do: "choose", match: nearest().threshold });
    if (answer.kind === "error") return said.faults(answer.faults);
    state = { ...state, ...answer };
    at = state.match;
    paint();
    slider.focus();
    said.say(`${state.match} is in the link model now; the next run uses it`);
  }
  paint();
  requestAnimationFrame(show);
  return () => line.close();
}
export default { render };
