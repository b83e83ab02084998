// The cluster viewer: clusters worth a look on the left; records, links and decisions about them on the right.
function render({ model, el }) {
  let state = model.get("first");
  let chosen = state.clusters[0]?.canonical_id;
  let look = null;
  const flagged = state.clusters.some((c) => c.flags.length);
  const said = voice();
  const line = connect(model, () => {});
  const masked = h("button", { type: "button", onclick: () => act({ do: "masked", masked: !state.masked }) });
  const body = h("tbody");
  const detail = h("section", { class: "wb-detail", "aria-label": "The chosen cluster" });
  fill(el, h("div", { class: "wb wb-clusters", onkeydown: keys },
    h("header", { class: "wb-head" }, h("h3", {}, state.title), h("span", { class: "wb-muted" }, state.said)),
    h("div", { class: "wb-tools" }, masked), said.line, said.card,
    h("div", { class: "wb-split" },
      h("div", { class: "wb-list" }, h("table", {}, h("caption", { class: "wb-hidden" }, "Clusters of several records"),
        h("thead", {}, h("tr", {}, ["Cluster", "Records", "Least probability", ...(flagged ? ["Look at"] : [])].map((t) => h("th", { scope: "col", class: t === "Records" ? "wb-number" : "" }, t)))), body)),
      detail),
    state.more ? h("p", { class: "wb-muted" }, `… and ${state.more} more, all surer than these`) : null,
    h("p", { class: "wb-muted wb-keys" }, "↑ ↓ walk. The next run of linking honours what you decide.")));

  function paint() {
    fill(masked, state.masked ? "Show personal values" : "Hide personal values");
    fill(body, state.clusters.map((c) => h("tr", { class: c.canonical_id === chosen ? "wb-chosen" : "", onclick: (e) => e.target.closest("button") || pick(c.canonical_id, true) },
      h("th", { scope: "row" }, h("button", { type: "button", class: "wb-pick", "data-id": c.canonical_id, tabindex: c.canonical_id === chosen ? 0 : -1, "aria-current": c.canonical_id === chosen ? "true" : undefined, onclick: () => pick(c.canonical_id, true) }, c.canonical_id.length > 18 ? `${c.canonical_id.slice(0, 17)}…` : c.canonical_id)),
      h("td", { class: "wb-number" }, c.records), h("td", {}, scoreBar(c.probability)), flagged ? h("td", { class: "wb-is-proposed" }, c.flags.map((f) => h("div", {}, f))) : null)));
  }
  const decided = (l) => {
    const same = (p) => p.includes(l.left) && p.includes(l.right);
    return state.parted.some(same) ? "parted" : state.joined.some(same) ? "joined" : "";
  };
  function paintDetail() {
    if (!look) return fill(detail, h("p", { class: "wb-muted" }, "No cluster has several records."));
    fill(detail,
      h("h4", {}, look.cluster), look.flags.length ? h("ul", { class: "wb-check" }, look.flags.map((f) => h("li", {}, f))) : null,
      h("div", { class: "wb-scroll wb-nowrap", tabindex: 0, role: "region", "aria-label": "Records of the cluster" }, h("table", {}, h("caption", {}, "Records"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Record"), look.fields.map((f, i) => h("th", { scope: "col" }, f, look.differ[i] ? h("span", { class: "wb-is-rejected", title: "the records differ", role: "img", "aria-label": "differs" }, " ≠") : null)))),
        h("tbody", {}, look.records.map((r) => h("tr", {}, h("th", { scope: "row" }, r.record), r.values.map((v) => h("td", {}, v ? h("code", {}, v) : h("span", { class: "wb-muted" }, "–")))))))),
      h("table", {}, h("caption", {}, "Links, the weakest first"), h("thead", {}, h("tr", {}, ["Between", "Bits", "Probability", "Decision"].map((t) => h("th", { scope: "col", class: t === "Bits" ? "wb-number" : "" }, t)))),
        h("tbody", {}, look.links.map((l) => { const d = decided(l); const name = `${l.left} and ${l.right}`; return h("tr", {},
          h("th", { scope: "row", class: "wb-link-ends" }, l.left, h("br"), l.right), h("td", { class: "wb-number" }, l.weight.toFixed(1)), h("td", {}, scoreBar(l.probability)),
          h("td", { class: "wb-nowrap" }, d ? [h("b", { class: d === "parted" ? "wb-is-rejected" : "wb-is-accepted" }, `${d} `), button("Forget", l, "forget", name)] : [button("Part", l, "part", name), " ", button("Keep", l, "join", name)])); }))));
  }
  const button = (title, l, what, name) => h("button", { type: "button", "aria-label": `${title} ${name}`, onclick: () => act({ do: "decide", left: l.left, right: l.right, what }, `${name}: saved for the next run`) }, title);
  async function pick(id, focus) {
    chosen = id;
    paint();
    if (focus) body.querySelector(".wb-chosen button")?.focus();
    look = await line.ask({ do: "look", cluster: id });
    if (look.kind === "error") return said.faults(look.faults);
    if (look.cluster === chosen) paintDetail();
  }
  async function act(message, done) {
    said.clear();
    const places = () => [...detail.querySelectorAll("button")];
    const was = places().indexOf(document.activeElement);
    const answer = await line.ask(message);
    if (answer.kind === "error") return said.faults(answer.faults);
    state = { ...state, ...answer };
    paint();
    if (chosen) await pick(chosen, false);
    if (was >= 0) places()[Math.min(was, places().length - 1)]?.focus();
    said.say(done ?? "");
  }
  function keys(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !body.contains(event.target)) return;
    const next = state.clusters[state.clusters.findIndex((c) => c.canonical_id === chosen) + by];
    if (next) pick(next.canonical_id, true);
    event.preventDefault();
    event.stopPropagation();
  }
  paint();
  paintDetail();
  if (chosen) pick(chosen, false);
  return () => line.close();
}
export default { render };
