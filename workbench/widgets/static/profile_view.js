// The profile explorer: columns to search and sort, problems first, and everything about the chosen one beside them.
const COLUMNS = [
  ["name", "Column"], ["type", "Type"], ["meaning", "Meaning"], ["filled", "Filled"], ["distinct", "Different"],
  [null, "Spread"], ["problems", "Problems"],
];

function render({ model, el }) {
  const state = model.get("first");
  const known = new Map(state.rows.map((r) => [r.name, r]));
  const drawn = new Map();
  let chosen = state.rows[0]?.name;
  let by = "problems";
  let reverse = false;
  let names = state.rows.map((r) => r.name);
  const said = voice();
  const line = connect(model, () => {});

  const search = h("input", { type: "search", placeholder: "search columns, meanings, problems", "aria-label": "Search columns, meanings and problems", class: "wb-search", oninput: later(120, () => find()) });
  const heads = COLUMNS.map(([key, title]) => {
    const th = h("th", { scope: "col", "aria-sort": key === by ? "ascending" : undefined });
    th.append(key ? h("button", { type: "button", class: "wb-sort", onclick: () => sort(key) }, title, h("span", { "aria-hidden": "true" })) : title);
    return [key, th];
  });
  const body = h("tbody");
  const list = h("div", { class: "wb-list" }, h("table", {}, h("caption", { class: "wb-hidden" }, "Columns and what was found in them"), h("thead", {}, h("tr", {}, heads.map(([, th]) => th))), body));
  const detail = h("section", { class: "wb-detail", "aria-label": "The chosen column" });
  fill(el, h("div", { class: "wb wb-profile", onkeydown: keys },
    h("header", { class: "wb-head" }, h("h3", {}, state.title), h("span", { class: "wb-muted" }, state.said),
      state.keys.length ? h("span", { class: "wb-muted" }, `keys: ${state.keys.join("; ")}`) : null),
    state.dataset.length ? h("ul", { class: "wb-check" }, state.dataset.map((p) => h("li", {}, p.what, p.cure ? ` → ${p.cure}` : ""))) : null,
    h("div", { class: "wb-tools" }, search, h("button", { type: "button", onclick: () => { search.value = ""; by = "problems"; reverse = false; find(); } }, "Worst first")),
    said.line, said.card,
    h("div", { class: "wb-split" }, list, detail),
    h("p", { class: "wb-muted wb-keys" }, "↑ ↓ walk · / search · ! serious, ? worth a look · ● personal, values are masked")));

  const spark = (row) => row.bars.length
    ? h("span", { class: "wb-spark", role: "img", "aria-label": `spread of ${row.drawn}` }, row.bars.map((b) => h("span", { style: `height:${Math.max(b * 100, b > 0 ? 6 : 0)}%` })))
    : null;
  const pick_button = (row) => h("button", { type: "button", class: "wb-pick", tabindex: row.name === chosen ? 0 : -1, "aria-current": row.name === chosen ? "true" : undefined, onclick: () => pick(row.name, true) }, row.name);
  function rowOf(name) {
    let tr = drawn.get(name);
    if (!tr) {
      const row = known.get(name);
      tr = h("tr", { onclick: (e) => e.target.closest("button") || pick(name, true) },
        h("th", { scope: "row" }, pick_button(row), row.personal ? h("span", { class: "wb-dot", role: "img", "aria-label": "personal", title: "personal: values are masked" }, "●") : null),
        h("td", {}, row.type), h("td", {}, row.meaning),
        h("td", {}, scoreShare(row.filled)), h("td", { class: "wb-number" }, row.distinct), h("td", {}, spark(row)),
        h("td", { class: row.problems ? (row.severity >= 0.5 ? "wb-is-rejected" : "wb-is-proposed") : "wb-muted" }, row.problems ? `${row.severity >= 0.5 ? "!" : "?"} ${row.problems}` : "–"));
      drawn.set(name, tr);
    }
    return tr;
  }
  function scoreShare(share) {
    const text = share >= 0.9995 ? "100 %" : share > 0 && share < 0.001 ? "< 0.1 %" : `${(share * 100).toFixed(1)} %`;
    return h("span", { class: "wb-score" }, h("span", { class: "wb-bar", "aria-hidden": "true" }, h("span", { style: `width:${share * 100}%` })), text);
  }
  function paint() {
    fill(body, names.map(rowOf));
    for (const [key, th] of heads) {
      if (key === by) th.setAttribute("aria-sort", reverse ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
      const mark = th.querySelector("span");
      if (mark) mark.textContent = key === by ? (reverse ? " ▾" : " ▴") : "";
    }
    mark();
  }
  function mark() {
    for (const [name, tr] of drawn) {
      const here = name === chosen;
      tr.className = here ? "wb-chosen" : "";
      const b = tr.querySelector("button");
      b.tabIndex = here ? 0 : -1;
      if (here) b.setAttribute("aria-current", "true");
      else b.removeAttribute("aria-current");
    }
    if (!names.includes(chosen) && names.length) drawn.get(names[0]).querySelector("button").tabIndex = 0;
  }
  function sort(key) {
    reverse = by === key ? !reverse : false;
    by = key;
    find();
  }
  async function find() {
    const answer = await line.ask({ do: "find", search: search.value, by, reverse });
    if (answer.kind === "error") return said.faults(answer.faults);
    names = answer.names;
    paint();
    said.say(plural(names.length, "column") + " shown");
  }
  async function pick(name, focus) {
    chosen = name;
    mark();
    const tr = drawn.get(name);
    if (focus) tr.querySelector("button").focus();
    tr.scrollIntoView({ block: "nearest" });
    const answer = await line.ask({ do: "look", field: name });
    if (answer.kind === "error") return said.faults(answer.faults);
    if (answer.field === chosen) paintDetail(answer);
  }
  function block(title, items, rows) {
    return items.length ? [h("h5", {}, title), h("table", {}, h("caption", { class: "wb-hidden" }, title), h("tbody", {}, items.map(rows)))] : null;
  }
  function paintDetail(look) {
    if (!look) return fill(detail, "There are no columns.");
    fill(detail,
      h("h4", {}, look.field, look.masked ? h("span", { class: "wb-tag" }, "personal: values are masked") : null),
      look.problems.length ? h("ul", { class: "wb-check", "aria-label": "Problems" }, look.problems.map((p) => h("li", {}, p.what, p.cure ? h("span", { class: "wb-muted" }, ` → ${p.cure}`) : null))) : null,
      h("table", { class: "wb-facts" }, h("caption", { class: "wb-hidden" }, "Facts"), h("tbody", {}, look.facts.map((f) => h("tr", {}, h("th", { scope: "row" }, f.what), h("td", {}, f.value))))),
      block("Formats", look.formats, (f) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, f.text)), h("td", {}, f.status), h("td", { class: "wb-number" }, f.rows))),
      block("Shapes", look.patterns, (p) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, p.text)), h("td", {}, p.example ? h("code", {}, p.example) : null), h("td", {}, scoreShare(p.share)), h("td", { class: "wb-number" }, p.rows))),
      block("Most frequent values", look.top, (v) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, v.text)), h("td", {}, scoreShare(v.share)), h("td", { class: "wb-number" }, v.rows))),
      block("What it may mean", look.guesses, (g) => h("tr", {}, h("th", { scope: "row" }, g.text, g.form ? h("span", { class: "wb-muted" }, ` ${g.form}`) : null), h("td", {}, scoreBar(g.sure)), h("td", { class: "wb-muted" }, g.why.join("; ")))),
    );
  }
  function keys(event) {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const by_ = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "/") search.focus();
    else if (by_ && body.contains(event.target)) {
      const at = names.indexOf(chosen);
      const next = names[Math.min(Math.max(at + by_, 0), names.length - 1)];
      if (next) pick(next, true);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  detail.tabIndex = 0;
  detail.setAttribute("data-lm-suppress-shortcuts", "true");
  paint();
  paintDetail(state.look);
  return () => line.close();
}
export default { render };
