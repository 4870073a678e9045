import { describeEslint } from './eslint.js';

describeEslint('eslint9', /^v9\.\d/);
