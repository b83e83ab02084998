// Helpers that every panel shares: elements, messages to the kernel, keys, the line that says what happened.
const h = (tag, props = {}, ...children) => {
  const el = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "disabled") el[key] = value;
    else el.setAttribute(key, value === true ? "" : String(value));
  }
  // JupyterLab takes single keys for itself unless the very element that has the focus says no.
  if (/^(button|input|select|textarea|summary)$/.test(tag) || "tabindex" in props) {
    el.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) el.append(child);
  }
  return el;
};

const fill = (el, ...children) => {
  el.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return el;
};

const percent = (share) => (share === null || share === undefined ? "" : share.toFixed(2));

const scoreBar = (score) =>
  score === null || score === undefined
    ? h("span", { class: "wb-muted" }, "–")
    : h(
        "span",
        { class: "wb-score" },
        h("span", { class: "wb-bar", "aria-hidden": "true" }, h("span", { style: `width:${Math.round(score * 100)}%` })),
        percent(score),
      );

const plural = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many ?? one + "s"}`;

// One line to the kernel: ask() resolves with the answer to this question; heard() gets everything else.
const connect = (model, heard) => {
  let number = 0;
  const waiting = new Map();
  const onMessage = (message) => {
    const known = waiting.get(message.re);
    if (known) {
      waiting.delete(message.re);
      clearTimeout(known.timer);
      known.resolve(message);
    } else heard(message);
  };
  model.on("msg:custom", onMessage);
  return {
    ask(message, patience = 20000) {
      number += 1;
      const n = `${number}.${Math.random().toString(36).slice(2, 8)}`;
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(n);
          resolve({
            kind: "error",
            faults: [{ what: "the kernel does not answer", cure: "is it busy, or was it restarted? then run the cell again" }],
          });
        }, patience);
        waiting.set(n, { resolve, timer });
        model.send({ ...message, n });
      });
    },
    close: () => model.off("msg:custom", onMessage),
  };
};

// A line that is read out when it changes, and a card for faults.
const voice = () => {
  const line = h("div", { class: "wb-notice", role: "status", "aria-live": "polite" });
  const card = h("div", { class: "wb-faults", role: "alert" });
  return {
    line,
    card,
    say: (text) => fill(line, text),
    clear: () => fill(card),
    faults: (faults) =>
      fill(
        card,
        faults.length
          ? h("ul", {}, faults.map((f) => h("li", {}, h("b", {}, f.what), f.cure ? ` → ${f.cure}` : null)))
          : null,
      ),
  };
};

const typing = (event) => /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox";

const later = (wait, act) => {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), wait);
  };
};
