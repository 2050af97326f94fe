// The same-origin calls of the page.

let antiforgery = null;

/** The server answered, but not with what was asked for. */
export class Refused extends Error {
  constructor(status, title, detail) {
    super([title, detail].filter(Boolean).join('. '));
    this.status = status;
  }
}

/** Who uses the page. */
export async function session() {
  const found = await get('/session');
  antiforgery = found.antiforgery ?? null;
  return found;
}

export async function get(path, signal) {
  return answer(await fetch(path, { headers: { accept: 'application/json' }, cache: 'no-store', signal }));
}

export async function post(path, body) {
  return change('POST', path, body);
}

export async function logOut() {
  await change('DELETE', '/session');
}

async function change(method, path, body) {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  if (antiforgery) headers['x-platform-antiforgery'] = antiforgery;
  return answer(await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }));
}

async function answer(response) {
  const text = await response.text();
  const json = text && /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
  if (response.ok) return json;
  const details = (json?.errors ?? []).map(error => `${error.path}: ${error.message ?? `expected ${error.expected}`}`);
  throw new Refused(response.status, json?.title ?? `The server answered ${response.status}`, [json?.detail, ...details].filter(Boolean).join(' '));
}
