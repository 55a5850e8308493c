// Drawing: nodes are made, text is never read as markup.
const SVG = "http://www.w3.org/2000/svg";

function put(node, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") for (const [key, text] of Object.entries(value)) node.dataset[key] = text;
    else if (name === "value") node.value = value;
    else if (name === "checked") node.checked = true;
    else node.setAttribute(name, value === true ? "" : value);
  }
}

function fill(node, children) {
  for (const child of children.flat(9)) {
    if (child === null || child === undefined || child === false || child === "" || child === 0) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

export default (kh) => {
  // h("p.kh-soft#cho", {title: ...}, "text", node, [nodes])
  kh.h = (what, ...rest) => {
    const props = rest.length && rest[0] && typeof rest[0] === "object" && !(rest[0] instanceof Node) && !Array.isArray(rest[0]) ? rest.shift() : {};
    const [tag, ...marks] = what.match(/[#.]?[\w-]+/g);
    const node = document.createElement(tag);
    for (const mark of marks) {
      if (mark[0] === "#") node.id = mark.slice(1);
      else node.classList.add(mark.slice(1));
    }
    put(node, props);
    return fill(node, rest);
  };
  const { h } = kh;

  kh.svg = (tag, attributes, ...children) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return fill(node, children);
  };
  kh.icon = (name, css = "") =>
    kh.svg("svg", { class: `kh-icon ${css}`.trim(), "aria-hidden": "true", focusable: "false", viewBox: "0 0 24 24" }, kh.svg("use", { href: `#i-${name}` }));
  kh.key = (text) => h("span.kh-key", { "aria-hidden": "true" }, text);

  // The second half of a double click belongs to the key that the first one hit, never to another drawn under the finger meanwhile:
  // whoever lets one person go twice does not send the next one home.
  let hit = "";
  document.addEventListener("click", (event) => {
    const key = event.target.closest?.("button, a");
    const name = key ? key.getAttribute("aria-label") || key.textContent : "";
    if (event.detail > 1 && key && name !== hit) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (event.detail === 1) hit = name;
  }, true);

  const MARKS = { ready: "check", wait: "clock", stop: "stop" };
  kh.chip = (text, tone = "") => h("span", { class: `kh-state${tone ? ` kh-state--${tone}` : ""}` }, MARKS[tone] && kh.icon(MARKS[tone]), text);

  // A button; `main` is the one that Enter presses, `hot` the key that presses it from anywhere.
  kh.button = (text, { main, kind, img, hot, on, type = "button", ...more } = {}) =>
    h(
      "button",
      {
        type,
        class: `kh-button${main ? " kh-button--main kh-button--tall" : ""}${kind ? kind.split(" ").map((one) => ` kh-button--${one}`).join("") : ""}`,
        onclick: on,
        data: { ...(main ? { main: "1" } : {}), ...(hot ? { hot } : {}) },
        "aria-keyshortcuts": [main && "Enter", hot].filter(Boolean).join(" ") || null,
        ...more,
      },
      img && kh.icon(img),
      text,
      (main || hot) && " ",
      (main || hot) && kh.key(main ? "Enter" : hot),
    );

  kh.panel = (title, ...children) => h("section.kh-st-panel", title && h("h2.kh-h3", title), children);
  kh.field = (label, input, more = {}) => h("div", more, h("label", { for: input.id }, label), input);
  kh.input = (id, more = {}) => h("input.kh-input", { id, autocomplete: "off", ...more });
  kh.select = (id, choices, chosen = "", more = {}) =>
    h("select.kh-input", { id, ...more }, choices.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));

  // Radio or check boxes drawn as large keys: [value, text, hot]
  kh.toggles = (name, choices, { type = "radio", chosen = [], on } = {}) =>
    choices.map(([value, text, hot]) => {
      const id = `${name}-${value}`;
      return h(
        "div.kh-st-toggle",
        h("input", { type, name, id, value, checked: chosen.includes(value), onchange: on, data: hot ? { hot } : {} }),
        h("label", { for: id }, text, hot && kh.key(hot)),
      );
    });
  kh.picked = (name) => [...document.querySelectorAll(`input[name="${name}"]:checked`)].map((input) => input.value);

  // Puts these in place of what a node holds; what is null or false is left out.
  kh.set = (node, ...children) => {
    node.replaceChildren();
    return fill(node, children);
  };
  kh.draw = (...nodes) => {
    kh.set(kh.main, nodes);
    if (kh.here && !kh.main.querySelector("h1")) kh.main.prepend(h("h1.kh-hide", kh.here.title));
  };
  // Puts the focus there; null when there is no such place.
  kh.focus = (selector) => {
    const node = kh.main.querySelector(selector);
    node?.focus();
    return node;
  };
};
