import http from 'node:http';
import {setTimeout as pause} from 'node:timers/promises';

const PATIENCE_MS = 60_000;
const TIMEOUT_MS = 55_000;
const PAUSES_MS = [0, 50, 100, 200, 500, 1_000];
const agent = new http.Agent({keepAlive: true, maxSockets: 64});

/** The gateway does not take a signal; the same one again would be refused again. `code` is stable, docs/errors.md explains it. */
export class SignalRefused extends Error {
  constructor(code, detail) {
    super(`${code}: ${detail}`);
    this.name = 'SignalRefused';
    this.code = code;
    this.detail = detail;
  }
}

/** No answer came although the signal was sent several times; whether it is in the log is not known. */
export class SignalUnacknowledged extends Error {
  constructor(message) {
    super(message);
    this.name = 'SignalUnacknowledged';
  }
}

/** The signals of one attempt. Each settles when it is acknowledged; a repeat has the same id, so it changes nothing. */
export class Signals {
  #url;
  #token;
  #streams = new Map();

  constructor(url, token) {
    this.#url = url;
    this.#token = token;
  }

  async ready(name, value) {
    await this.#post(`/v1/runtime/ready/${encodeURIComponent(name)}`, encoded(name, value));
  }

  async item(name, value, key) {
    const body = encoded(name, value);
    const stream = this.#stream(name, key !== undefined);
    const id = stream.next(key);
    await this.#post(`/v1/runtime/items/${encodeURIComponent(name)}?key=${encodeURIComponent(id)}`, body);
    stream.acknowledged(id);
  }

  async close(name) {
    const count = this.#streams.get(name)?.count ?? 0;
    await this.#post(`/v1/runtime/streams/${encodeURIComponent(name)}:close`, JSON.stringify({count}));
    return count;
  }

  async progress(fraction, message) {
    await this.#post('/v1/runtime/progress', JSON.stringify({fraction, message}));
  }

  async heartbeat() {
    await this.#post('/v1/runtime/heartbeat', '{}');
  }

  async rule(rule) {
    await this.#post('/v1/runtime/rules', encoded('the rule', rule));
  }

  #stream(name, keyed) {
    if (!this.#streams.has(name)) {
      this.#streams.set(name, new Stream(name, keyed));
    }
    return this.#streams.get(name);
  }

  async #post(path, body) {
    const until = Date.now() + PATIENCE_MS;
    for (let tries = 0; ; tries++) {
      let lost;
      try {
        const {status, answer} = await exchange(this.#url + path, this.#token, body);
        if (status === 200) {
          return;
        }
        const {code, detail, retryable} = problem(status, answer);
        if (!retryable) {
          throw new SignalRefused(code, detail);
        }
        lost = `${code}: ${detail}`;
      } catch (error) {
        if (error instanceof SignalRefused) {
          throw error;
        }
        lost = error.message;
      }
      const wait = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)];
      if (Date.now() + wait > until) {
        throw new SignalUnacknowledged(`${path} is not acknowledged after ${PATIENCE_MS / 1_000} s: ${lost}`);
      }
      await pause(wait);
    }
  }
}

/** Keys and number of the slices of a stream. */
class Stream {
  #name;
  #keys;
  #calls = 0;
  #acknowledged = 0;

  constructor(name, keyed) {
    this.#name = name;
    this.#keys = keyed ? new Set() : null;
  }

  get count() {
    return this.#keys?.size ?? this.#acknowledged;
  }

  next(given) {
    if ((given !== undefined) !== (this.#keys !== null)) {
      throw new TypeError(`stream ${this.#name}: give every item a key, or none`);
    }
    return String(given ?? this.#calls++);
  }

  acknowledged(key) {
    this.#acknowledged++;
    this.#keys?.add(key);
  }
}

function encoded(name, value) {
  const body = JSON.stringify(value);
  if (body === undefined) {
    throw new TypeError(`the value of ${name} is not JSON: ${typeof value}`);
  }
  return body;
}

function exchange(url, token, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      'Authorization': `Bearer ${token}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    };
    const request = http.request(url, {method: 'POST', agent, headers, timeout: TIMEOUT_MS}, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({status: response.statusCode, answer: Buffer.concat(parts).toString()}));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer for ${TIMEOUT_MS / 1_000} s`)));
    request.on('error', reject);
    request.end(body);
  });
}

function problem(status, answer) {
  try {
    const {code, detail, retryable} = JSON.parse(answer);
    if (typeof code === 'string' && typeof retryable === 'boolean') {
      return {code, detail, retryable};
    }
  } catch {
    // not a problem of the gateway's; told by its status
  }
  return {code: `http/${status}`, detail: answer.slice(0, 200), retryable: status >= 500};
}
