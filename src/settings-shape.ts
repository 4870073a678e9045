import { suggestName } from './nearest-name.js';

/**
 * The shape that a value must have: a function that gives the value back, checked.
 *
 * @throws {Error} If the value has another shape; the message starts with the path.
 */
export type Shape<Value> = (value: unknown, path: string) => Value;

type Shapes = Readonly<Record<string, Shape<unknown>>>;
type ValuesOf<Of extends Shapes> = { readonly [Key in keyof Of]: ReturnType<Of[Key]> };

/** A text that is not empty. */
export const text: Shape<string> = (value, path) =>
  typeof value === 'string' && value !== '' ? value : mismatch(path, 'a text that is not empty', value);

/** Yes or no. */
export const boolean: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : mismatch(path, 'true or false', value);

/** A position, counted from 0. */
export const index: Shape<number> = (value, path) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : mismatch(path, 'a whole number, 0 or greater', value);

/** One of the given words. */
export function oneOf<Word extends string>(words: readonly Word[]): Shape<Word> {
  return (value, path) => {
    const word = words.find((candidate) => candidate === value);
    return word ?? mismatch(path, `one of ${words.map((each) => `'${each}'`).join(', ')}`, value);
  };
}

/** A name that is among those that there are; of many, so that the nearest is worth telling. */
export function nameAmong(names: readonly string[]): Shape<string> {
  return (value, path) => {
    const name = text(value, path);
    if (names.includes(name)) return name;
    return mismatch(path, 'a name that is known', name, suggestName(name, names));
  };
}

/** An array. */
export function listOf<Value>(element: Shape<Value>): Shape<readonly Value[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((each: unknown, position) => element(each, `${path}[${String(position)}]`))
      : mismatch(path, 'an array', value);
}

/** An object that has these keys and no other. A key whose value is undefined counts as absent. */
export function object<Required extends Shapes, Optional extends Shapes>(
  required: Required,
  optional: Optional,
): Shape<ValuesOf<Required> & Partial<ValuesOf<Optional>>> {
  const shapes = new Map<string, Shape<unknown>>(Object.entries({ ...required, ...optional }));
  return (value, path) => {
    const checked = new Map<string, unknown>();
    for (const [key, each] of entriesOf(value, path)) {
      const shape = shapes.get(key);
      if (!shape) throw new Error(`${path} has an unknown key '${key}'. ${suggestName(key, [...shapes.keys()])}`);
      if (each !== undefined) checked.set(key, shape(each, `${path}.${key}`));
    }
    for (const key of Object.keys(required)) {
      if (!checked.has(key)) throw new Error(`${path} lacks the key '${key}'.`);
    }
    return Object.fromEntries(checked) as ValuesOf<Required> & Partial<ValuesOf<Optional>>;
  };
}

/** A text that stands for all, or an object with one for each environment variable. */
export function forAllOrByVariable<Value extends string>(shape: Shape<Value>): Shape<Value | ReadonlyMap<string, Value>> {
  return (value, path) => {
    if (typeof value === 'string') return shape(value, path);
    const byVariable = new Map<string, Value>();
    for (const [variable, each] of entriesOf(value, path)) {
      if (!/^[A-Za-z_]\w*$/.test(variable)) throw new Error(`A key of ${path} is not the name of an environment variable.`);
      byVariable.set(variable, shape(each, `${path}.${variable}`));
    }
    return byVariable;
  };
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mismatch(path, 'an object', value);
  return Object.entries(value);
}

function mismatch(path: string, expected: string, value: unknown, hint = ''): never {
  throw new Error(`${path} must be ${expected}, but is ${describe(value)}. ${hint}`.trimEnd());
}

/** Short words only: a longer text could be a connection string, and those are never printed. */
function describe(value: unknown): string {
  if (typeof value === 'string') return /^[\w-]{0,30}$/.test(value) ? `'${value}'` : 'another text';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
