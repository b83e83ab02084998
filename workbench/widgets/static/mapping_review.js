// The mapping review: a list of target fields on the left, the chosen one with steps and live preview on the right.
const KEYS = "↑ ↓ walk · a accept · r reject · e edit · u undo · / search";
const MARKS = { accepted: "✓", changed: "✓", added: "✓", written: "✓", rejected: "✗", proposed: "?", missing: "–" };

function render({ model, el }) {
  let state = model.get("first");
  let chosen = state.items.find((i) => !i.decided)?.name ?? state.items[0]?.name;
  let look = null;
  const rows = new Map();
  const listId = `wb-steps-${Math.random().toString(36).slice(2)}`;
  const said = voice();
  const line = connect(model, (message) => {
    if (message.kind === "saving") showSaving(message.saving);
  });

  // -- the frame, built once
  const saving = h("span", { class: "wb-saving", role: "status" });
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Fields decided" });
  const progress = h("span", { class: "wb-count" });
  const todo = h("span", { class: "wb-todo" });
  const search = h("input", {
    type: "search", class: "wb-search", placeholder: "search fields", "aria-label": "Search fields and columns",
    oninput: later(60, () => filter()),
  });
  const show = h(
    "select", { "aria-label": "Show", onchange: () => filter() },
    [["all", "all fields"], ["open", "waiting"], ["decided", "decided"], ["missing", "not mapped"]].map(([v, t]) => h("option", { value: v }, t)),
  );
  const least = h("input", { type: "number", min: 0, max: 1, step: 0.05, value: "0.90", "aria-label": "Least score", oninput: () => countBulk() });
  const bulk = h("button", { type: "button", onclick: () => act({ do: "accept_above", score: Number(least.value) }, "accepted all that are sure enough") });
  const undo = h("button", { type: "button", onclick: () => act({ do: "undo" }, "undone") }, "Undo");
  const redo = h("button", { type: "button", onclick: () => act({ do: "redo" }, "done again") }, "Redo");
  const conflict = h("div", { class: "wb-conflict", role: "alert" });
  const body = h("tbody");
  const list = h(
    "div", { class: "wb-list" },
    h("table", {},
      h("caption", { class: "wb-hidden" }, "Target fields and where they come from"),
      h("thead", {}, h("tr", {}, ["Field", "From", "Score", "Decision"].map((t) => h("th", { scope: "col" }, t)))),
      body),
  );
  const detail = h("section", { class: "wb-detail", "aria-label": "The chosen field" });
  const left = h("p", { class: "wb-muted wb-left" });
  const check = h("button", { type: "button", onclick: () => checkAll() }, "Check the whole spec");
  const root = h(
    "div", { class: "wb wb-review", onkeydown: keys },
    h("header", { class: "wb-head" }, h("h3", {}, state.title), h("span", { class: "wb-muted" }, `${state.from} → ${state.to}`), h("span", { class: "wb-progress" }, bar, progress), saving),
    h("div", { class: "wb-tools" }, search, show, h("span", { class: "wb-group" }, bulk, least), h("span", { class: "wb-group" }, undo, redo), check),
    h("div", { class: "wb-next" }, todo, said.line),
    conflict, said.card,
    h("div", { class: "wb-split" }, list, detail),
    left,
    h("p", { class: "wb-muted wb-keys" }, KEYS),
    h("datalist", { id: listId }, state.catalogue.map((s) => h("option", { value: s.name, label: s.doc }))),
  );
  fill(el, root);

  // -- the list
  const gap = (item) => item.required && (item.status === "missing" || item.status === "rejected");
  function cells(item) {
    const from = item.constant !== null ? `constant “${item.constant}”` : item.cases ? "by case" : item.sources.join(" + ");
    return [
      h("th", { scope: "row" },
        h("button", {
          type: "button", class: "wb-pick", tabindex: item.name === chosen ? 0 : -1,
          "aria-current": item.name === chosen ? "true" : undefined, onclick: () => pick(item.name, true),
        }, item.name, item.required ? h("span", { title: "required" }, " *") : null)),
      h("td", {}, from || h("span", { class: "wb-muted" }, "–")),
      h("td", {}, scoreBar(item.score)),
      h("td", { class: gap(item) ? "wb-is-rejected" : `wb-is-${item.status}` },
        h("span", { "aria-hidden": "true" }, gap(item) ? "! " : MARKS[item.status] + " "), gap(item) ? "required!" : item.said),
    ];
  }
  function paintRow(item) {
    let row = rows.get(item.name);
    if (!row) {
      row = h("tr", { onclick: (e) => e.target.closest("button") || pick(item.name, true) });
      rows.set(item.name, row);
      body.append(row);
    }
    row.className = item.name === chosen ? "wb-chosen" : "";
    fill(row, cells(item));
  }
  function paintAll() {
    rows.clear();
    fill(body);
    state.items.forEach(paintRow);
    filter();
    rest();
  }
  function rest() {
    const done = state.items.filter((i) => i.decided).length;
    fill(progress, `${done} of ${state.items.length} decided`);
    bar.value = state.items.length ? done / state.items.length : 0;
    paintTodo();
    undo.disabled = !state.undo;
    fill(undo, state.undo ? `Undo ${state.undo}` : "Undo");
    redo.disabled = !state.redo;
    fill(left, state.unmapped.length ? `Left out of the mapping: ${state.unmapped.join(", ")}` : "Every source column is mapped.");
    countBulk();
    showSaving(state.saving);
  }
  // What to do next, in one line: gaps first, then what waits, then what comes after.
  function paintTodo() {
    const gaps = state.items.filter(gap);
    const waits = state.items.filter((i) => i.status === "proposed").length;
    const jump = (item) => [h("button", { type: "button", class: "wb-link", onclick: () => pick(item.name, true) }, item.name), " "];
    if (gaps.length) fill(todo, h("b", { class: "wb-is-rejected" }, "Required, without a source: "), gaps.slice(0, 4).map(jump), gaps.length > 4 ? `and ${gaps.length - 4} more` : null);
    else if (waits) fill(todo, `${plural(waits, "proposal")} ${waits === 1 ? "waits" : "wait"}: look at the evidence and the values, then a accepts and goes on.`);
    else fill(todo, h("span", { class: "wb-is-accepted" }, "✓ Every proposal is decided."), " Check the whole spec, then run the cells below.");
  }
  function countBulk() {
    const n = state.items.filter((i) => i.status === "proposed" && i.score !== null && i.score >= Number(least.value)).length;
    fill(bulk, `Accept ${n} at or above`);
    bulk.disabled = n === 0;
  }
  function showSaving(now) {
    state.saving = now;
    saving.className = `wb-saving wb-${now.state}`;
    fill(saving, now.state === "conflict" ? "not saved" : now.text);
    fill(conflict, now.state !== "conflict" ? null : [
      h("p", {}, now.text),
      h("button", { type: "button", onclick: () => act({ do: "merge" }) }, "Merge mine into theirs"), " ",
      h("button", { type: "button", onclick: () => act({ do: "theirs" }, "theirs was read, yours dropped") }, "Take theirs"),
    ]);
  }
  function visible(item) {
    const text = search.value.trim().toLowerCase();
    const hit = !text || `${item.name} ${item.sources.join(" ")} ${item.description}`.toLowerCase().includes(text);
    const kind = { all: true, open: !item.decided, decided: item.decided, missing: item.status === "missing" }[show.value];
    return hit && kind;
  }
  function filter() {
    let n = 0;
    for (const item of state.items) {
      const seen = visible(item);
      rows.get(item.name).hidden = !seen;
      n += seen;
    }
    if (search.value || show.value !== "all") said.say(`${plural(n, "field")} shown`);
  }
  const find = (name) => state.items.find((i) => i.name === name);
  function pick(name, focus) {
    const before = find(chosen);
    chosen = name;
    if (before) paintRow(before);
    const item = find(name);
    if (!item) return;
    paintRow(item);
    if (focus) rows.get(name).querySelector("button").focus();
    rows.get(name).scrollIntoView({ block: "nearest" });
    look = null;
    paintDetail();
    askLook();
  }
  function step(by) {
    const shown = state.items.filter(visible);
    const at = shown.findIndex((i) => i.name === chosen);
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) pick(next.name, true);
  }
  function nextOpen() {
    const shown = state.items.filter(visible);
    const at = shown.findIndex((i) => i.name === chosen);
    const next = [...shown.slice(at + 1), ...shown.slice(0, Math.max(at, 0))].find((i) => !i.decided && i.status !== "missing");
    pick(next ? next.name : chosen, true);
  }

  // -- the chosen field
  async function askLook() {
    const name = chosen;
    const before = find(name);
    const answer = await see({ do: "look", field: name });
    if (name !== chosen || answer.field !== name) return;
    if (find(name) !== before) paintDetail();
    look = answer;
    paintPreview();
    const box = detail.querySelector("textarea");
    if (box && document.activeElement !== box) box.value = answer.yaml;
  }
  let editor = { texts: [], preview: null, gone: false };
  function paintDetail() {
    const item = find(chosen);
    if (!item) return fill(detail);
    const preview = h("div", { class: "wb-preview" });
    const hint = h("p", { class: "wb-muted wb-hint" });
    editor = { texts: [...item.steps], preview, hint, list: h("ol", { class: "wb-steps" }) };
    paintSteps();
    const mapped = item.sources.length > 0 || item.constant !== null || item.cases;
    fill(detail,
      h("h4", {}, item.name, " ", h("span", { class: "wb-muted" }, item.type + (item.required ? ", required" : "") + (item.personal ? ", personal" : ""))),
      item.description ? h("p", {}, item.description) : null,
      h("div", { class: "wb-buttons" },
        h("button", { type: "button", class: "wb-primary", disabled: !mapped && item.status !== "rejected", onclick: () => accept() }, item.status === "rejected" ? "Bring back" : "Accept"),
        h("button", { type: "button", disabled: !mapped, onclick: () => reject() }, "Reject"),
        h("span", { class: `wb-is-${item.status}` }, MARKS[item.status] + " " + item.said)),
      gap(item) ? h("p", { class: "wb-is-rejected" }, "This field is required: choose a source, or write a constant or cases as text below.") : null,
      item.check.length ? h("ul", { class: "wb-check", "aria-label": "Worth a look" }, item.check.map((c) => h("li", {}, c))) : null,
      item.why.length ? h("ul", { class: "wb-why", "aria-label": "Evidence" }, item.why.map((w) => h("li", {}, w))) : null,
      paintSource(item),
      mapped && item.constant === null ? [h("h5", {}, "Steps"), editor.list, hint, onError(item)] : null,
      h("div", { class: "wb-buttons" }, h("h5", {}, "On real values"),
        item.personal ? h("button", { type: "button", "aria-pressed": String(!state.masked), onclick: () => act({ do: "masked", masked: !state.masked }) }, state.masked ? "Show personal values" : "Hide personal values") : null),
      preview,
      h("details", { class: "wb-text" }, h("summary", {}, "Edit as text"),
        h("textarea", { rows: 6, spellcheck: "false", "aria-label": "The field as YAML" }, look?.yaml ?? ""),
        h("button", { type: "button", onclick: () => change({ do: "text", yaml: detail.querySelector("textarea").value }) }, "Apply text")),
    );
    paintPreview();
  }
  function paintSource(item) {
    const rivals = item.rivals.filter(([n]) => !n.includes(" + "));
    const best = new Set(rivals.map(([n]) => n));
    const select = (value, label) => h("select", { "aria-label": label, onchange: (e) => takeSource(item, label, e.target.value) },
      h("option", { value: "" }, value ? "(none)" : "choose a column …"),
      rivals.length ? h("optgroup", { label: "likely" }, rivals.map(([n, s]) => option(n, value, `${n}  ${s.toFixed(2)}`))) : null,
      h("optgroup", { label: "all columns" }, [...new Set([...state.columns, ...(value ? [value] : [])])].filter((n) => !best.has(n)).map((n) => option(n, value, n))));
    const option = (name, value, text) => { const o = h("option", { value: name }, text); o.selected = name === value; return o; };
    if (item.cases || item.constant !== null) return null;
    const boxes = item.sources.map((s, i) => select(s, `Source column ${i + 1}`));
    return h("div", { class: "wb-source" }, h("h5", {}, "Source"), boxes,
      item.sources.length ? h("button", { type: "button", "aria-label": "Add another source column", onclick: (e) => { e.target.replaceWith(select("", `Source column ${item.sources.length + 1}`)); detail.querySelector(".wb-source select:last-of-type").focus(); } }, "+ column")
        : select("", "Source column 1"));
  }
  function takeSource(item, label, value) {
    const columns = [...item.sources];
    const at = Number(label.split(" ").pop()) - 1;
    if (value) columns[at] = value;
    else columns.splice(at, 1);
    if (columns.length) change({ do: "source", columns });
    else reject();
  }
  function onError(item) {
    return h("p", {}, h("label", {}, "A value that a step rejects: ",
      h("select", { onchange: (e) => change({ do: "on_error", what: e.target.value }) },
        [["", "as the spec says"], ["reject", "rejects the row"], ["null", "is left empty"], ["fail", "stops the run"]].map(([v, t]) => {
          const o = h("option", { value: v }, t); o.selected = v === item.on_error; return o;
        }))));
  }
  function paintSteps(focus) {
    const count = editor.texts.length;
    const item = find(chosen);
    fill(editor.list,
      editor.texts.map((text, i) => h("li", {},
        h("input", {
          type: "text", value: text, list: listId, spellcheck: "false", "aria-label": `Step ${i + 1}`,
          oninput: (e) => { editor.texts[i] = e.target.value; hintFor(e.target.value); tryOut(); },
          onfocus: (e) => hintFor(e.target.value), onchange: () => keepSteps(),
        }),
        h("button", { type: "button", "aria-label": `Move step ${i + 1} up`, disabled: i === 0, onclick: () => moveStep(i, i - 1) }, "↑"),
        h("button", { type: "button", "aria-label": `Move step ${i + 1} down`, disabled: i === count - 1, onclick: () => moveStep(i, i + 1) }, "↓"),
        h("button", { type: "button", "aria-label": `Remove step ${i + 1}`, onclick: () => { editor.texts.splice(i, 1); keepSteps(); } }, "✕"))),
      h("li", { class: "wb-new" }, h("input", {
        type: "text", list: listId, placeholder: "add a step", spellcheck: "false", "aria-label": "Add a step",
        oninput: (e) => { hintFor(e.target.value); tryOut(e.target.value); },
        onchange: (e) => { if (e.target.value.trim()) { editor.texts.push(e.target.value); keepSteps(); } },
      })));
    if (focus !== undefined && item) editor.list.querySelectorAll("input")[focus]?.focus();
  }
  function hintFor(text) {
    const found = state.catalogue.find((s) => s.name === text.split(":")[0].trim());
    fill(editor.hint, found ? `${found.name}: ${found.doc}` : "");
  }
  const moveStep = (from, to) => change({ do: "move", step: from, to }, `step ${from + 1} is now step ${to + 1}`);
  const keepSteps = () => change({ do: "steps", steps: editor.texts });
  const tryOut = later(200, async (more) => {
    const name = chosen;
    const texts = more ? [...editor.texts, more] : editor.texts;
    const answer = await see({ do: "preview", field: name, steps: texts });
    if (name !== chosen) return;
    if (answer.kind === "error") fill(editor.preview, faultList(answer.faults));
    else { look = { ...look, ...answer }; paintPreview(); }
  });
  const faultList = (faults) => h("ul", { class: "wb-faults" }, faults.map((f) => h("li", {}, h("b", {}, f.what), f.cure ? ` → ${f.cure}` : null)));
  function paintPreview() {
    const item = find(chosen);
    if (!look) return fill(editor.preview, h("p", { class: "wb-muted" }, "trying …"));
    if (look.kind === "error") return fill(editor.preview, faultList(look.faults));
    if (look.faults.length) return fill(editor.preview, faultList(look.faults));
    if (!look.tried) return fill(editor.preview, h("p", { class: "wb-muted" }, "nothing is mapped yet"));
    fill(editor.preview,
      h("p", {}, `Of ${plural(look.tried, "row")} tried: `, h("b", {}, `${look.passed} pass`), look.empty ? `, ${look.empty} are empty` : "",
        look.rejected ? h("b", { class: "wb-is-rejected" }, `, ${look.rejected} rejected`) : ", none rejected",
        look.reasons.length ? ` (${look.reasons.map((r) => `${r.times}× ${r.why}`).join("; ")})` : ""),
      h("div", { class: "wb-scroll", tabindex: 0, role: "region", "aria-label": `Values of ${item?.name} before and after` },
        h("table", {},
          h("thead", {}, h("tr", {}, ["before", "after", "rows"].map((t) => h("th", { scope: "col", class: t === "rows" ? "wb-number" : "" }, t)))),
          h("tbody", {}, look.rows.map((r) => h("tr", { class: r.why ? "wb-bad" : "" },
            h("td", {}, h("code", {}, r.before.join(" | ") || "∅")),
            h("td", {}, r.why ? `✗ ${r.why}` : r.after === "" ? h("span", { class: "wb-muted" }, "∅") : h("code", {}, r.after)),
            h("td", { class: "wb-number" }, r.times)))))));
  }

  // -- to the kernel and back
  // A question may be answered by somebody else's edit instead: take it in, leave what is being typed, ask again.
  async function see(message, patience) {
    const answer = await line.ask(message, patience);
    if (answer.kind !== "whole") return answer;
    state = { ...state, ...answer };
    paintAll();
    tell(answer.notice);
    return line.ask(message, patience);
  }
  async function act(message, done, leaving) {
    said.clear();
    const answer = await line.ask(message);
    take(answer, done, leaving);
    return answer;
  }
  const change = (message, done) => act({ ...message, field: chosen }, done ?? "changed");
  // What had the focus is drawn anew by an answer: leave the person where they were.
  function keepFocus(paint) {
    const places = () => [...detail.querySelectorAll("input,select,button,textarea,summary")];
    const at = places().indexOf(document.activeElement);
    const inList = body.contains(document.activeElement);
    paint();
    if (at >= 0) (places()[at] ?? rows.get(chosen)?.querySelector("button"))?.focus();
    if (inList || (at >= 0 && document.activeElement === document.body)) rows.get(chosen)?.querySelector("button").focus();
  }
  async function accept() {
    const answer = await act({ do: "accept", field: chosen }, `${chosen} accepted`, true);
    if (answer.kind !== "error") nextOpen();
  }
  const reject = () => act({ do: "reject", field: chosen }, `${chosen} rejected`);
  const take = (answer, done, leaving) => keepFocus(() => taken(answer, done, leaving));
  function taken(answer, done, leaving) {
    if (answer.kind === "error") {
      said.faults(answer.faults);
      return;
    }
    if (answer.kind === "whole") {
      state = { ...state, ...answer };
      if (!find(chosen)) chosen = state.items[0]?.name;
      paintAll();
      look = null;
      paintDetail();
      askLook();
    } else if (answer.kind === "patch") {
      for (const item of answer.items) {
        state.items[state.items.findIndex((i) => i.name === item.name)] = item;
        paintRow(item);
      }
      Object.assign(state, { unmapped: answer.unmapped, undo: answer.undo, redo: answer.redo, saving: answer.saving, masked: answer.masked });
      rest();
      if (!leaving) {
        look = null;
        paintDetail();
        askLook();
      }
    }
    tell(answer.notice ?? done);
  }
  // a conflict stands in its own box already
  const tell = (text) => said.say(text && text !== state.saving.text ? text : "");
  async function checkAll() {
    said.say("checking …");
    const answer = await see({ do: "faults" }, 120000);
    said.faults(answer.faults ?? []);
    said.say(answer.faults?.length ? plural(answer.faults.length, "fault") : "the spec fits its source and target");
  }
  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && detail.contains(event.target)) return rows.get(chosen)?.querySelector("button").focus();
    if (typing(event)) return;
    const does = {
      ArrowDown: () => step(1), ArrowUp: () => step(-1), j: () => step(1), k: () => step(-1),
      a: accept, r: reject, u: () => act({ do: "undo" }, "undone"), "/": () => search.focus(),
      e: () => (detail.querySelector(".wb-steps input") ?? detail.querySelector(".wb-source select"))?.focus(),
    }[event.key];
    if (!does || (event.key.startsWith("Arrow") && !list.contains(event.target))) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  const back = () => document.visibilityState === "visible" && line.ask({ do: "hello" }).then((a) => a.kind === "whole" && (a.notice || a.saving.state !== state.saving.state) && take(a));
  document.addEventListener("visibilitychange", back);
  paintAll();
  paintDetail();
  line.ask({ do: "hello" }).then((a) => {
    // after a reload of the page the kernel knows more than the first state that the notebook kept
    if (a.kind === "whole" && (a.notice || JSON.stringify(a.items) !== JSON.stringify(state.items))) take(a);
    else askLook();
  });
  return () => {
    document.removeEventListener("visibilitychange", back);
    line.close();
  };
}
export default { render };
