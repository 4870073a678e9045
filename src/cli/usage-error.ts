/** The command line asks for something that is not there; the message says what. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
