import noBackgroundUse from './no-background-use.js';
import noConcurrentUse from './no-concurrent-use.js';

/** Every rule of the plugin by its name. A test checks that the folder, this list, the pages and the tests agree. */
export const rules = {
  'no-background-use': noBackgroundUse,
  'no-concurrent-use': noConcurrentUse,
};
