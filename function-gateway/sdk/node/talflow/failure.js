const NAME = /^[A-Za-z0-9._-]{1,100}$/;

/** What a handler throws to fail with an error of its own name, which rules and `retry` can name. */
export class Failure extends Error {
  /**
   * @param {string} error up to 100 of `A-Z a-z 0-9 . _ -`, such as `Card.Declined`
   * @param {string} message
   * @param {{retryable?: boolean, retryAfter?: number}} options retryable false: another attempt would fail as well;
   *     retryAfter: seconds that another attempt should wait at least
   */
  constructor(error, message = '', {retryable = true, retryAfter} = {}) {
    if (!NAME.test(error)) {
      throw new RangeError(`an error's name has up to 100 of A-Z a-z 0-9 . _ -, is ${error}`);
    }
    super(message);
    this.name = 'Failure';
    this.error = error;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }
}
