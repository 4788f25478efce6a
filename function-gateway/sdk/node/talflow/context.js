/** The first argument of a handler: what it is told about its invocation, and what it can say. */
export class Context {
  #signals;
  #data;
  #abort = new AbortController();

  /** @param {{task: string, firing: string, attempt: number, deadline: number, secrets: Object<string, string>}} call */
  constructor({task, firing, attempt, deadline, secrets}, signals = null, data = null) {
    /** Id of the task, `workflow/key`. */
    this.task = task;
    /** Id of the invocation; the same in each attempt, so it serves as an idempotency key. */
    this.firing = firing;
    /** 1 for the first attempt. */
    this.attempt = attempt;
    /** When the attempt is stopped, milliseconds since the epoch. */
    this.deadline = deadline;
    /** Values of the function's declared secrets, by name. */
    this.secrets = secrets;
    this.#signals = signals;
    this.#data = data;
  }

  /** Milliseconds until the deadline, never below 0. */
  remaining() {
    return Math.max(0, this.deadline - Date.now());
  }

  /** Whether nobody waits for the result any more: the time is over, the task has ended, or the process is to end. */
  get cancelled() {
    return this.signal.aborted || (this.deadline > 0 && Date.now() >= this.deadline);
  }

  /** Aborts when the call is cancelled: pass it to `fetch`, timers and streams. */
  get signal() {
    return this.#abort.signal;
  }

  /** Says that a declared value is there; whoever waits for it starts now. Settles when Kafka has it. */
  async ready(name, value) {
    await this.#signalling().ready(name, value);
  }

  /**
   * Says that a slice of a declared stream is there. Without a key the number of the call is its key, from 0; a stream's
   * items have keys all or none.
   */
  async item(name, value, {key} = {}) {
    await this.#signalling().item(name, value, key);
  }

  /** Says that a stream has no more slices than this attempt sent. Returns how many that are. */
  async close(name) {
    return await this.#signalling().close(name);
  }

  /** Sends each of the values as a slice, then closes the stream. Returns how many there were. */
  async items(name, values) {
    for await (const value of values) {
      await this.item(name, value);
    }
    return await this.close(name);
  }

  /** Says how far the work is, for people: a fraction from 0 to 1, a message of up to 200 characters. Also a heartbeat. */
  async progress(fraction, message = '') {
    await this.#signalling().progress(fraction, message);
  }

  /** Says that the function is at work; each other signal says so, too. See `heartbeat` in docs/functions.md. */
  async heartbeat() {
    await this.#signalling().heartbeat();
  }

  /** Adds a rule to the task, an object with the keys of a workflow's rules. SignalRefused if it does not check. */
  async rule(rule) {
    await this.#signalling().rule(rule);
  }

  /**
   * Hands over a value of any size. Settles with its reference, which stands for it in results, signals and inputs.
   *
   * Waits while the node is full. DataRefused if it is not taken, DataUnavailable when the attempt's time is nearly over.
   *
   * @param {string} name
   * @param {Uint8Array | URL | AsyncIterable<Uint8Array>} data bytes, the `file:` URL of a file, or a stream
   * @param {{mediaType?: string, nodes?: number, replicate?: boolean}} options nodes: on how many other nodes it will be
   *     read; replicate: whether it goes to the remote store, too; left out, as is faster
   */
  async put(name, data, options = {}) {
    return await this.#values().put(name, data, options);
  }

  /**
   * The value that a reference stands for, as a Readable; on the node that has it, of the file it lies in. Rejects as put
   * does; `gateway/data-lost` says that the value cannot be had any more.
   */
  async get(reference) {
    return await this.#values().get(reference);
  }

  /** Prints a line with the time to the invocation's log. */
  log(...values) {
    console.error(new Date().toISOString(), ...values);
  }

  /** Marks it as cancelled; for who calls the handler. */
  cancel() {
    this.#abort.abort(new DOMException('the call was cancelled', 'AbortError'));
  }

  #values() {
    if (this.#data === null) {
      throw new Error('this invocation has no gateway to hand data to');
    }
    return this.#data;
  }

  #signalling() {
    if (this.#signals === null) {
      throw new Error('this invocation has no gateway to signal to');
    }
    return this.#signals;
  }
}
