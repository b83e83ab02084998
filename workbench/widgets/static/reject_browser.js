// The reject browser: reasons on the left; the values, the steps to mend and the effect on the right.
function render({ model, el }) {
  let state = model.get("first");
  let chosen = state.reasons[0]?.code;
  let look = null;
  const said = voice();
  const line = connect(model, () => {});
  const sum = h("span", { class: "wb-progress" });
  const undo = h("button", { type: "button", onclick: () => act({ do: "undo" }, "the last change of the spec was taken back; apply again to see") });
  const masked = h("button", { type: "button", onclick: () => act({ do: "masked", masked: !state.masked }) });
  const body = h("tbody");
  const list = h("div", { class: "wb-list" }, h("table", {}, h("caption", { class: "wb-hidden" }, "Why rows are rejected"),
    h("thead", {}, h("tr", {}, ["Field", "Step", "Reason", "Rows"].map((t) => h("th", { scope: "col" }, t)))), body));
  const detail = h("section", { class: "wb-detail", "aria-label": "The chosen reason" });
  fill(el, h("div", { class: "wb wb-rejects", onkeydown: keys },
    h("header", { class: "wb-head" }, h("h3", {}, state.title), sum),
    h("div", { class: "wb-tools" }, undo, masked),
    said.line, said.card, h("div", { class: "wb-split" }, list, detail),
    h("p", { class: "wb-muted wb-keys" }, "↑ ↓ walk · e mend the step. A mended step is saved to the spec.")));

  const share = (part, whole) => `${whole ? ((100 * part) / whole).toFixed(part && part / whole < 0.1 ? 2 : 1) : 0} %`;
  const find = (code) => state.reasons.find((r) => r.code === code);
  function paint() {
    fill(sum, `${plural(state.rejected, "row")} of ${state.rows_in.toLocaleString("en")} rejected (${share(state.rejected, state.rows_in)})`, state.before === null ? "" : ` (before: ${state.before.toLocaleString("en")})`);
    undo.disabled = !state.undo;
    fill(undo, state.undo ? `Undo ${state.undo} in the spec` : "Undo in the spec");
    fill(masked, state.masked ? "Show personal values" : "Hide personal values");
    if (!find(chosen)) chosen = state.reasons[0]?.code;
    fill(body, state.reasons.map((r) => h("tr", { class: r.code === chosen ? "wb-chosen" : "", onclick: (e) => e.target.closest("button") || pick(r.code, true) },
      h("th", { scope: "row" }, h("button", { type: "button", class: "wb-pick", "data-code": r.code, tabindex: r.code === chosen ? 0 : -1, "aria-current": r.code === chosen ? "true" : undefined, onclick: () => pick(r.code, true) }, r.field || r.code)),
      h("td", {}, r.step), h("td", {}, r.reason),
      h("td", { class: "wb-number" }, r.rows.toLocaleString("en"), r.before === null ? null : h("span", { class: r.rows < r.before ? "wb-is-accepted" : "wb-muted" }, r.rows === r.before ? " =" : ` ${r.rows < r.before ? "▾" : "▴"} ${Math.abs(r.rows - r.before)}`)))));
    if (!state.reasons.length) fill(body, h("tr", {}, h("td", { colspan: 4 }, "No row is rejected.")));
  }
  const focusRow = () => body.querySelector(`[data-code="${CSS.escape(chosen ?? "")}"]`)?.focus();
  async function pick(code, focus) {
    chosen = code;
    paint();
    if (focus) focusRow();
    look = await line.ask({ do: "look", code });
    if (look.kind === "error") return said.faults(look.faults);
    if (look.code === chosen) paintDetail();
  }
  function paintDetail() {
    const reason = find(chosen);
    if (!reason || !look) return fill(detail, h("p", { class: "wb-muted" }, "Nothing to look at."));
    const steps = [...look.steps];
    const boxes = h("ol", { class: "wb-steps" }, steps.map((s, i) => h("li", {}, h("input", { type: "text", value: s, spellcheck: "false", "aria-label": `Step ${i + 1}${i === look.step ? ", the one that rejects" : ""}`, class: i === look.step ? "wb-here" : "", oninput: (e) => { steps[i] = e.target.value; } }), i === look.step ? h("span", { class: "wb-is-rejected" }, "rejects") : null)),
      h("li", {}, h("input", { type: "text", placeholder: "add a step", "aria-label": "Add a step", spellcheck: "false", oninput: (e) => { steps[look.steps.length] = e.target.value; } })));
    const onError = h("select", { "aria-label": "A value that a step rejects" }, [["", "as the spec says"], ["reject", "rejects the row"], ["null", "is left empty"], ["fail", "stops the run"]].map(([v, t]) => { const o = h("option", { value: v }, t); o.selected = v === look.on_error; return o; }));
    fill(detail,
      h("h4", {}, reason.field, " ", h("span", { class: "wb-muted" }, `${reason.reason}; from ${look.sources.join(" + ") || "–"}`)),
      h("table", {}, h("caption", {}, "The values"), h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "value"), h("th", { scope: "col", class: "wb-number" }, "rows"))),
        h("tbody", {}, look.values.map((v) => h("tr", {}, h("td", {}, h("code", {}, v.text || "∅")), h("td", { class: "wb-number" }, v.times))))),
      h("h5", {}, "Mend the steps"), boxes,
      h("p", {}, h("label", {}, "A value that a step rejects ", onError)),
      h("button", { type: "button", class: "wb-primary", onclick: () => mend(reason.field, steps, onError.value) }, "Save and apply again"));
  }
  async function mend(field, steps, on_error) {
    said.say("applying to the whole source …");
    await act({ do: "mend", field, steps: steps.filter((s) => s?.trim()), on_error }, "applied again", 600000);
  }
  async function act(message, done, patience) {
    said.clear();
    const answer = await line.ask(message, patience);
    if (answer.kind === "error") { said.say(""); return said.faults(answer.faults); }
    state = { ...state, ...answer };
    paint();
    if (chosen) await pick(chosen, el.contains(document.activeElement) || document.activeElement === document.body);
    else paintDetail();
    said.say(answer.notice ?? done ?? "");
  }
  function keys(event) {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && body.contains(event.target)) {
      const at = state.reasons.findIndex((r) => r.code === chosen) + by;
      if (state.reasons[at]) pick(state.reasons[at].code, true);
    } else if (event.key === "e") (detail.querySelector(".wb-here") ?? detail.querySelector("input"))?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  paint();
  paintDetail();
  line.ask({ do: "hello" }).then((a) => { if (a.kind === "whole") { state = { ...state, ...a }; paint(); } if (chosen) pick(chosen, false); });
  return () => line.close();
}
export default { render };
