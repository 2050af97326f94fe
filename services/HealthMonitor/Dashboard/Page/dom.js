// A page that is drawn again every second must not lose focus, scroll or selection: views return
// descriptions, and `render` changes only the nodes that differ.

const SVG = 'http://www.w3.org/2000/svg';

/** Describes an element. `attributes.key` keeps a node with its item when a list changes order. */
export function h(tag, attributes, ...children) {
  return { tag, attributes: attributes ?? {}, children: children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false) };
}

/** Makes `parent` contain what is described. */
export function render(parent, ...described) {
  reconcile(parent, described.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
}

function reconcile(parent, wanted) {
  const keyed = new Map();
  for (const node of parent.childNodes) if (node.described?.attributes.key !== undefined) keyed.set(node.described.attributes.key, node);
  let present = parent.firstChild;
  for (const item of wanted) {
    const key = item.attributes?.key;
    const found = key === undefined ? present : keyed.get(key);
    if (found && fits(found, item)) {
      if (found === present) present = present.nextSibling;
      else parent.insertBefore(found, present);
      update(found, item);
    } else {
      parent.insertBefore(create(item, parent.namespaceURI), present);
    }
  }

  while (present) {
    const next = present.nextSibling;
    present.remove();
    present = next;
  }
}

function fits(node, item) {
  if (typeof item !== 'object') return node.nodeType === Node.TEXT_NODE;
  return node.described?.tag === item.tag && node.described.attributes.key === item.attributes.key;
}

function create(item, namespace) {
  if (typeof item !== 'object') return document.createTextNode(String(item));
  const element = item.tag === 'svg' || (namespace === SVG && item.tag !== 'foreignObject')
    ? document.createElementNS(SVG, item.tag)
    : document.createElement(item.tag);
  element.described = { tag: item.tag, attributes: {} };
  update(element, item);
  item.attributes.mounted?.(element);
  return element;
}

function update(node, item) {
  if (typeof item !== 'object') {
    if (node.data !== String(item)) node.data = String(item);
    return;
  }

  const before = node.described.attributes;
  const after = item.attributes;
  for (const name in before) if (!(name in after)) set(node, name, undefined, before[name]);
  for (const name in after) if (after[name] !== before[name]) set(node, name, after[name], before[name]);
  node.described = { tag: item.tag, attributes: after };

  // An element that fills itself (a chart) keeps what it put there.
  if (!after.opaque) reconcile(node, item.children);
}

function set(node, name, value, before) {
  if (name === 'key' || name === 'mounted' || name === 'opaque') return;
  if (name.startsWith('on')) {
    if (before) node.removeEventListener(name.slice(2), before);
    if (value) node.addEventListener(name.slice(2), value);
  } else if (name === 'style') {
    // Through the object model, not the attribute: the content security policy forbids the latter.
    for (const property in { ...before, ...value }) node.style.setProperty(property, value?.[property] ?? '');
  } else if (name === 'value' || name === 'selected' || name === 'checked') {
    if (node[name] !== value) node[name] = value ?? '';
  } else if (value === undefined || value === null || value === false) {
    node.removeAttribute(name);
  } else {
    node.setAttribute(name, value === true ? '' : value);
  }
}
