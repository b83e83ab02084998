// Pair labelling: two records side by side, differences marked, the waterfall of weights, a verdict by one key.
function render({ model, el }) {
  let state = model.get("first");
  const said = voice();
  const line = connect(model, () => {});
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Pairs labelled" });
  const count = h("span", { class: "wb-muted" });
  const undo = h("button", { type: "button", onclick: () => act({ do: "undo" }, "the last verdict was taken back") }, "Undo");
  const masked = h("button", { type: "button", onclick: () => act({ do: "masked", masked: !state.masked }) });
  const verdicts = [["same", "s", "Same"], ["different", "d", "Different"], ["unsure", "u", "Unsure"]].map(([verdict, key, title]) =>
    h("button", { type: "button", class: "wb-verdict", onclick: () => say(verdict) }, title, " ", h("kbd", { "aria-hidden": "true" }, key)));
  const pair = h("div", { class: "wb-pair", tabindex: 0, role: "group", "aria-label": "The pair" });
  fill(el, h("div", { class: "wb wb-labels", onkeydown: keys },
    h("header", { class: "wb-head" }, h("h3", {}, state.title), bar, count),
    h("div", { class: "wb-tools" }, verdicts, undo, masked),
    said.line, said.card, pair,
    h("p", { class: "wb-muted wb-keys" }, "s same · d different · u unsure · z undo. Every verdict is saved at once.")));

  const pieces = (list, state_) => list.length
    ? h("code", {}, list.map((p) => (p.same ? p.text : h("mark", {}, p.text))))
    : h("span", { class: "wb-muted" }, "–");
  const signs = { same: "=", different: "≠", missing: "·" };
  function waterfall(parts, total) {
    let at = 0;
    const steps = parts.map((p) => { const from = at; at += p.weight; return { ...p, from, to: at }; });
    const low = Math.min(0, ...steps.map((s) => Math.min(s.from, s.to)));
    const high = Math.max(0, ...steps.map((s) => Math.max(s.from, s.to)));
    const signed = (w) => (Math.abs(w) < 0.05 ? "0.0" : (w > 0 ? "+" : "") + w.toFixed(1));
    const place = (x) => (100 * (x - low)) / (high - low || 1);
    return h("table", { class: "wb-fall" },
      h("caption", {}, `Match weight ${total.weight > 0 ? "+" : ""}${total.weight} bits, probability ${total.probability < 0.0001 ? "below 0.0001" : total.probability > 0.9999 ? "above 0.9999" : total.probability}`),
      h("thead", {}, h("tr", {}, ["What", "Outcome", "Bits", ""].map((t) => (t ? h("th", { scope: "col" }, t) : h("td", {}))))),
      h("tbody", {}, steps.map((s) => h("tr", {},
        h("th", { scope: "row" }, s.name), h("td", {}, s.outcome), h("td", { class: "wb-number" }, signed(s.weight)),
        h("td", { class: "wb-lane" }, h("span", { class: "wb-zero", "aria-hidden": "true", style: `left:${place(0)}%` }), h("span", { class: s.weight < 0 ? "wb-down" : "wb-up", "aria-hidden": "true", style: `left:${place(Math.min(s.from, s.to))}%;width:${Math.max(place(Math.max(s.from, s.to)) - place(Math.min(s.from, s.to)), 0.8)}%` }))))));
  }
  function paint() {
    const p = state.progress;
    bar.value = Math.min(p.labelled / p.aim, 1);
    fill(count, `${p.labelled} of ${p.aim} labelled: ${p.same} same, ${p.different} different, ${p.unsure} unsure`, p.labelled >= p.aim ? h("b", { class: "wb-is-accepted" }, " ✓ enough to go on: run the cells below") : null);
    undo.disabled = !state.undo;
    fill(masked, state.masked ? "Show personal values" : "Hide personal values");
    verdicts.forEach((b) => { b.disabled = !state.pair; });
    if (!state.pair) return fill(pair, h("p", {}, "Every pair worth asking about has a verdict. Refit the model with the labels."));
    fill(pair,
      h("table", {},
        h("caption", { class: "wb-hidden" }, "The two records, field by field"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Field"), h("th", { scope: "col" }, state.pair.left), h("td", {}), h("th", { scope: "col" }, state.pair.right))),
        h("tbody", {}, state.pair.fields.map((f) => h("tr", { class: `wb-${f.state}` },
          h("th", { scope: "row" }, f.name), h("td", {}, pieces(f.left)),
          h("td", {}, h("span", { role: "img", "aria-label": f.state }, signs[f.state])), h("td", {}, pieces(f.right)))))),
      waterfall(state.pair.parts, state.pair));
  }
  async function act(message, done) {
    said.clear();
    const answer = await line.ask(message);
    if (answer.kind === "error") return said.faults(answer.faults);
    const had = el.contains(document.activeElement);
    state = { ...state, ...answer };
    paint();
    if (had && (document.activeElement === document.body || document.activeElement.disabled)) pair.focus();
    said.say(done ?? "");
  }
  const say = (verdict) => state.pair && act({ do: "label", verdict }, `${state.pair.left} and ${state.pair.right}: ${verdict}`);
  function keys(event) {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const does = { s: () => say("same"), d: () => say("different"), u: () => say("unsure"), z: () => act({ do: "undo" }, "the last verdict was taken back") }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }
  paint();
  line.ask({ do: "hello" }).then((a) => { if (a.kind === "whole") { state = { ...state, ...a }; paint(); } });
  return () => line.close();
}
export default { render };
