/**
 * Makes a small program out of a list of numbers: the same numbers give the same program, fewer and smaller numbers a
 * simpler one, so that a failing program can be shrunk. The text is both what the interpreter reads and, with the marks
 * replaced, what is executed. Every statement that can leave the scope carries a number of its own.
 */

export interface RandomProgram {
  /** The body of an async function (or async generator) with the parameters {@link PARAMETERS}. */
  readonly body: string;
  readonly isGenerator: boolean;
  /** Where the session's variable lives: the whole function, or a block of its own. */
  readonly extent: 'block' | 'function';
  /** The session is there from the start, unless `error` is set. */
  readonly entry: boolean;
  readonly throws: 'any-call' | 'awaited';
  /** Parameters that are constant during a run, as far as the program reads them. */
  readonly constants: readonly string[];
  /** A clean-up may itself jump, so that a returned promise may never be adopted. */
  readonly jumpsOutOfCleanUp: boolean;
}

/** Marks that only the execution sees. */
export const MARKS: Readonly<Record<string, string>> = {
  '/*open*/': 'let $error; try {',
  '/*close*/': '} catch (error) { $error = error; throw error; } finally { left($error); }',
  '/*using*/await using': 'const',
  '/*disposed*/': 'try {',
  '/*dispose*/': '} finally { await c.dispose(); }',
};

/** The names that a program may use; the last is the session of an entry program. */
export const PARAMETERS = [
  'pool', 'w', 'wc', 's', 'cond', 'pick', 'iter', 'aiter', 'turn', 'err', 'sink', 'at', 'other', 'exit', 'fail', 'left',
  'f0', 'f1', 'f2', 'mode', 'given', 'error', 'session',
] as const;

const CONSTANTS = ['f0', 'f1', 'f2', 'mode', 'given', 'error'];

export function parametersOf(program: RandomProgram): string[] {
  return PARAMETERS.map((name) => (name === 'session' && program.entry ? 'c' : name));
}

interface Place {
  readonly depth: number;
  readonly loops: readonly (string | undefined)[];
  readonly blocks: readonly string[];
  readonly inSwitch: boolean;
  readonly inCleanUp: boolean;
  /** The session's variable can be named here. */
  readonly sees: boolean;
  /** Inside a function within the function. */
  readonly inner: boolean;
}

const DEEPEST = 4;
const MOST_STATEMENTS = 12;

export function programFrom(numbers: readonly number[]): RandomProgram {
  return new Builder(numbers).program();
}

class Builder {
  readonly #numbers: readonly number[];
  #at = 0;
  #lastId = 1;
  #statements = 0;
  #labels = 0;
  #form: 'block' | 'entry' | 'expression' | 'function' | 'given' | 'using' = 'function';
  #isGenerator = false;
  #throws: 'any-call' | 'awaited' = 'awaited';
  #extent: 'block' | 'function' = 'function';
  #jumpsOutOfCleanUp = false;
  readonly #variables = new Set<string>();

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  program(): RandomProgram {
    this.#form = this.#oneOf(['function', 'block', 'function', 'given', 'expression', 'using', 'function', 'entry', 'block']);
    this.#isGenerator = this.#pick(8) === 7;
    this.#throws = this.#pick(5) === 4 ? 'any-call' : 'awaited';
    const inBlock = this.#form === 'block' || this.#form === 'using';
    const place: Place = { depth: 0, loops: [], blocks: [], inSwitch: false, inCleanUp: false, sees: !inBlock, inner: false };
    const main = this.#list(place, this.#form !== 'entry');
    const body = this.#declarations() + main;
    return {
      body,
      isGenerator: this.#isGenerator,
      extent: this.#extent,
      entry: this.#form === 'entry',
      throws: this.#throws,
      constants: CONSTANTS.filter((name) => new RegExp(`\\b${name}\\b`).test(body)),
      jumpsOutOfCleanUp: this.#jumpsOutOfCleanUp,
    };
  }

  #declarations(): string {
    let text = '';
    if (this.#form !== 'entry' && this.#isLet()) text += this.#oneOf(['let c = null;\n', 'let c;\n', 'var c;\n']);
    for (const name of this.#variables) {
      if (name.startsWith('m')) text += `let ${name} = ${this.#oneOf(['false', 'true', this.#constant(), `cond(${this.#id()})`])};\n`;
      else text += `const ${name} = ${this.#oneOf([`!${this.#constant()}`, `${this.#constant()} && ${this.#constant()}`, `${this.#constant()} || cond(${this.#id()})`, '!given'])};\n`;
    }
    return text;
  }

  // Numbers

  #pick(count: number): number {
    const number = this.#numbers[this.#at] ?? 0;
    this.#at += 1;
    return number % count;
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#pick(choices.length)] as T;
  }

  #id(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  // Statements

  /** A list of statements, one of which holds the acquisition if it must. */
  #list(place: Place, acquires: boolean): string {
    const count = this.#statements > MOST_STATEMENTS ? 1 : 1 + this.#pick(4);
    const acquiring = acquires ? this.#pick(count) : -1;
    const lines: string[] = [];
    let here = place;
    let close = '';
    for (let index = 0; index < count; index += 1) {
      if (index === acquiring) {
        const direct = place.depth >= DEEPEST || this.#statements > MOST_STATEMENTS || this.#pick(2) === 0;
        if (!direct) {
          lines.push(this.#compound(here, true));
          continue;
        }
        const { text, closing } = this.#acquire(place);
        lines.push(text);
        close = closing;
        here = { ...place, sees: true };
        continue;
      }
      lines.push(this.#statement(here));
    }
    if (close !== '' && place.depth > 0) this.#extent = 'block';
    const text = lines.join('\n') + close;
    return close !== '' && place.depth > 0 ? `/*open*/${text}/*close*/` : text;
  }

  #block(place: Place, acquires = false): string {
    return `{\n${this.#list({ ...place, depth: place.depth + 1 }, acquires)}\n}`;
  }

  #acquire(place: Place): { text: string; closing: string } {
    const call = 'await pool.acquire(1)';
    switch (this.#form) {
      case 'block':
        return {
          text: this.#oneOf([
            `const c = ${call};`,
            `const c = ${this.#constant()} ? ${call} : null;`,
            `let c = null; ${this.#atomic({ ...place, sees: true })} c = ${call};`,
          ]),
          closing: ' ',
        };
      case 'using':
        return { text: `/*using*/await using c = ${call};/*disposed*/`, closing: '/*dispose*/' };
      case 'given':
        return { text: this.#oneOf([`c = given ?? ${call};`, `c = given || ${call};`, `c = given ? given : ${call};`, `c = (at(${this.#id()}, given), given); c ??= ${call};`]), closing: '' };
      case 'expression':
        return {
          text: this.#oneOf([
            `if (${this.#condition(place)}) c = ${call};`,
            `if ((c = ${call}) && ${this.#condition(place)}) ${this.#block(place)}`,
            `c = ${this.#condition(place)} ? ${call} : (at(${this.#id()}), null);`,
            `${this.#condition(place)} && (c = ${call});`,
            `c ??= ${call};`,
            `while (!c) { await turn(); ${this.#atomic(place)} c = ${call}; }`,
            `try { c = ${call}; } catch { ${this.#statement({ ...place, depth: place.depth + 1 })} }`,
          ]),
          closing: '',
        };
      default:
        return { text: `c = ${call};`, closing: '' };
    }
  }

  #statement(place: Place): string {
    if (place.depth >= DEEPEST || this.#statements > MOST_STATEMENTS || this.#pick(5) < 3) return this.#atomic(place);
    return this.#compound(place, false);
  }

  #compound(place: Place, acquires: boolean): string {
    this.#statements += 1;
    // Only one of the parts acquires.
    const first = acquires && this.#pick(3) < 2;
    const second = acquires && !first;
    switch (this.#pick(acquires ? 9 : 12)) {
      case 0:
        return `try ${this.#block(place, acquires)} finally ${this.#block({ ...place, inCleanUp: true })}`;
      case 1:
        return `try ${this.#block(place, first)} catch (e) ${this.#block(place, second)}`;
      case 2:
        return `try ${this.#block(place, acquires)} catch ${this.#block(place)} finally ${this.#block({ ...place, inCleanUp: true })}`;
      case 3:
        return `if (${this.#condition(place)}) ${this.#block(place, acquires)}`;
      case 4:
        return `if (${this.#condition(place)}) ${this.#block(place, first)} else ${this.#block(place, second)}`;
      case 5:
      case 6:
        return this.#loop(place, acquires);
      case 7: {
        const label = this.#label();
        return `${label}: ${this.#block({ ...place, blocks: [...place.blocks, label] }, acquires)}`;
      }
      case 8:
        return `await (async () => ${this.#block({ ...place, loops: [], blocks: [], inSwitch: false, inner: true }, acquires)})();`;
      case 9:
        return this.#switch(place);
      case 10: {
        const inner: Place = { ...place, loops: [], blocks: [], inSwitch: false, inner: true };
        const id = this.#id();
        return `await w(${id})${this.#oneOf([
          `.finally(async () => ${this.#block({ ...inner, inCleanUp: true })})`,
          `.then(async () => ${this.#block(inner)}, async () => ${this.#block(inner)})`,
          `.catch(async () => ${this.#block(inner)})`,
          `.then(async () => ${this.#block(inner)})`,
        ])};`;
      }
      default:
        return this.#block(place);
    }
  }

  #loop(place: Place, acquires: boolean): string {
    const label = this.#pick(3) === 0 ? this.#label() : undefined;
    const inside: Place = { ...place, loops: [...place.loops, label], inSwitch: false, depth: place.depth + 1 };
    const body = (): string => `{\nawait turn();\n${this.#innerBlock(inside, acquires)}\n}`;
    const prefix = label ? `${label}: ` : '';
    switch (this.#pick(7)) {
      case 0:
        return `${prefix}for (const x of iter(${this.#id()})) ${body()}`;
      case 1:
        return `${prefix}while (${this.#condition(place)}) ${body()}`;
      case 2:
        return `${prefix}while (true) ${body()}`;
      case 3: {
        const text = body();
        return `${prefix}do ${text} while (${this.#condition(place)});`;
      }
      case 4:
        return `${prefix}for await (const x of aiter(${this.#id()})) ${body()}`;
      case 5:
        return `${prefix}for (; ${this.#condition(place)}; ${this.#update(place)}) ${body()}`;
      default:
        return `${prefix}for (;;) ${body()}`;
    }
  }

  /** The block that owns the session's variable is the loop's body, so the mark must stand in it. */
  #innerBlock(place: Place, acquires: boolean): string {
    return this.#list(place, acquires);
  }

  #update(place: Place): string {
    return this.#oneOf([`at(${this.#id()})`, `await w(${this.#id()})`, place.sees ? `c?.release(${this.#id()})` : `at(${this.#id()})`]);
  }

  #switch(place: Place): string {
    const inside: Place = { ...place, inSwitch: true, depth: place.depth + 1 };
    const byMode = this.#pick(2) === 1;
    
    const labels = byMode ? ["case 'a':", "case 'b':", 'default:'] : ['case 0:', 'case 1:', 'default:'];
    const order = this.#oneOf([[0, 1, 2], [0, 2, 1], [0, 1]]);
    const cases = order.map((index) => `${labels[index] ?? ''}\n${this.#statement(inside)}\n${this.#pick(2) === 0 ? 'break;' : ''}`);
    return `switch (${byMode ? 'mode' : `pick(${this.#id()})`}) {\n${cases.join('\n')}\n}`;
  }

  #atomic(place: Place): string {
    this.#statements += 1;
    const choice = this.#pick(24);
    switch (choice) {
      case 0:
      case 1:
        return `await w(${this.#id()});`;
      case 2:
      case 3:
      case 4:
      case 5:
      case 6:
        return this.#release(place);
      case 7:
        return this.#jump(place, `return ${this.#id()};`);
      case 8:
        return this.#jump(place, `if (${this.#condition(place)}) return ${this.#id()};`);
      case 9:
        return `if (${this.#condition(place)}) throw err(${this.#id()});`;
      case 10:
        return this.#jump(place, `throw err(${this.#id()});`);
      case 11:
      case 12:
      case 13:
        return this.#breakOut(place);
      case 14:
        return `s(${this.#id()});`;
      case 15:
        return `m${this.#variable('m')} = ${this.#oneOf(['true', 'false', `!m${this.#variable('m')}`, this.#constant(), `cond(${this.#id()})`, `await wc(${this.#id()})`])};`;
      case 16:
        return place.sees ? `await c?.work(${this.#id()});` : `await w(${this.#id()});`;
      case 17:
        return place.sees ? this.#oneOf([`c?.touch(${this.#id()});`, `if (c) c.touch(${this.#id()});`, `c.touch(${this.#id()});`]) : `s(${this.#id()});`;
      case 18:
        return place.sees ? this.#oneOf(['sink(c);', `if (${this.#condition(place)}) sink(c);`, this.#jump(place, 'return sink(c);')]) : `s(${this.#id()});`;
      case 19:
        return place.sees && this.#isLet() ? `c = ${this.#oneOf([`(at(${this.#id()}), null)`, place.inCleanUp ? `(at(${this.#id()}), null)` : `other(${this.#id()})`])};` : `await w(${this.#id()});`;
      case 20:
        return this.#oneOf([`if (${this.#condition(place)}) await exit(${this.#id()});`, `if (${this.#condition(place)}) fail(${this.#id()});`]);
      case 21:
        return this.#isGenerator && !place.inner ? `yield ${this.#id()};` : `await w(${this.#id()});`;
      case 22:
        return place.sees && !place.inner && !this.#isGenerator ? this.#jump(place, `return c?.stay(${this.#id()});`) : `await w(${this.#id()});`;
      default:
        return `${this.#condition(place)} ${this.#oneOf(['&&', '||'])} await w(${this.#id()});`;
    }
  }

  #jump(place: Place, text: string): string {
    if (place.inCleanUp) this.#jumpsOutOfCleanUp = true;
    return text;
  }

  #release(place: Place): string {
    if (!place.sees) return `await w(${this.#id()});`;
    const id = this.#id();
    return this.#oneOf([
      `c?.release(${id});`,
      `c.release(${id});`,
      `if (c) c.release(${id});`,
      `if (c != null) c.release(${id});`,
      `await c?.close(${id});`,
      `c && c.release(${id});`,
      `if (c && !c.isReleased) c.release(${id});`,
      `if (${this.#condition(place)}) c?.release(${id});`,
      this.#isLet() ? `c?.release(${id}); c = (at(${this.#id()}), null);` : `c?.release(${id});`,
      `await w(${id}).finally(() => c?.close(${this.#id()}));`,
      `await c?.close(${id}).catch(() => {});`,
      `if (!c) { at(${this.#id()}); } else { c.release(${id}); }`,
      `m${this.#variable('m')} = true; c?.release(${id});`,
      `if (!m${this.#variable('m')}) { m${this.#variable('m')} = true; c?.release(${id}); }`,
    ]);
  }

  #breakOut(place: Place): string {
    const jumps: string[] = [];
    if (place.loops.length > 0) jumps.push('break;', 'continue;');
    else if (place.inSwitch) jumps.push('break;');
    for (const label of place.loops) if (label) jumps.push(`break ${label};`, `continue ${label};`);
    for (const label of place.blocks) jumps.push(`break ${label};`);
    if (jumps.length === 0) return `await w(${this.#id()});`;
    const jump = this.#jump(place, this.#oneOf(jumps));
    return this.#pick(3) === 0 ? jump : `if (${this.#condition(place)}) ${jump}`;
  }

  #condition(place: Place): string {
    const session = place.sees ? this.#oneOf(['c', '!c', 'c != null', '(c === null || c === undefined)', `(c && cond(${this.#id()}))`]) : undefined;
    switch (this.#pick(12)) {
      case 0:
      case 1:
        return `cond(${this.#id()})`;
      case 2:
      case 3:
        return this.#constant();
      case 4:
        return `!${this.#constant()}`;
      case 5:
        return `(${this.#constant()} ${this.#oneOf(['&&', '||'])} ${this.#oneOf([this.#constant(), `cond(${this.#id()})`])})`;
      case 6:
        return `${this.#oneOf(['', '!'])}m${this.#variable('m')}`;
      case 7:
        return `${this.#oneOf(['', '!'])}own${this.#variable('own')}`;
      case 8:
        return this.#oneOf(["mode === 'a'", "mode !== 'a'", "mode === 'b'"]);
      case 9:
        return this.#oneOf(['given', '!given', 'given == null']);
      case 10:
        if (this.#form === 'entry') return this.#oneOf(['error', '!error']);
        return `await wc(${this.#id()})`;
      default:
        return session ?? `cond(${this.#id()})`;
    }
  }

  #constant(): string {
    return this.#oneOf(['f0', 'f1', 'f2']);
  }

  #variable(kind: 'm' | 'own'): number {
    const index = this.#pick(2);
    this.#variables.add(`${kind}${index}`);
    return index;
  }

  #isLet(): boolean {
    return this.#form !== 'block' && this.#form !== 'using';
  }

  #label(): string {
    this.#labels += 1;
    return `L${this.#labels}`;
  }
}
