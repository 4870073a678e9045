/** Placeholder form of the shared settings. */
export interface WrapperSetting { readonly name: string; readonly sessionParam: number; readonly clientArg?: number; readonly library?: string }
export interface NamedSetting { readonly name: string; readonly from?: string; readonly library?: string }
export interface Settings {
  readonly wrappers: readonly WrapperSetting[];
  readonly sessionTypes: readonly NamedSetting[];
  readonly clients: readonly NamedSetting[];
  readonly ambientDecorators: readonly NamedSetting[];
  readonly ignoredLibraries: readonly string[];
}
export function readSettings(_settings: unknown): Settings {
  return { wrappers: [], sessionTypes: [], clients: [], ambientDecorators: [], ignoredLibraries: [] };
}
