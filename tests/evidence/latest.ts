export async function proveWithLatest(_chosen: readonly string[]): Promise<number> {
  throw new Error('to come');
}
