type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes (`true` is an empty one, `false` and undefined none) and children. Text is always text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

/** Sets or removes an attribute, only when that changes something: screen readers hear every change. */
export function setAttribute(node: Element, name: string, value: string | number | boolean | undefined): void {
  const wanted = value === true ? "" : value === false || value === undefined ? null : String(value);
  if (node.getAttribute(name) === wanted) return;
  if (wanted === null) node.removeAttribute(name);
  else node.setAttribute(name, wanted);
}

export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function show(node: Element, visible: boolean): void {
  setAttribute(node, "hidden", !visible);
}

/** A drawing of one or more stroked paths in a 24 by 24 box. */
export function icon(...paths: string[]): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export const ICONS = {
  chat: ["M20 11.500a7.500 7 0 0 1-7.500 7H5l1.700-2.600A7 7 0 0 1 5 11.500a7.500 7 0 0 1 15 0z"],
  down: ["M6 9.500l6 6 6-6"],
  cross: ["M6.500 6.500l11 11", "M17.500 6.500l-11 11"],
  send: ["M5 12h13", "M12.500 6l6 6-6 6"],
} as const;
