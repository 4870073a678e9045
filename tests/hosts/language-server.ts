/** An editor: a client of a language server, over the server's standard input and output. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inject, onTestFinished } from 'vitest';
import {
  CodeActionRequest,
  ConfigurationRequest,
  createProtocolConnection,
  DiagnosticRefreshRequest,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  ExecuteCommandRequest,
  ApplyWorkspaceEditRequest,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type Diagnostic,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { environment } from './environment.js';
import type { HostedProject } from './project.js';

/** A document that is open in the editor. */
export interface OpenDocument {
  text(): string;
  /** What the server says of the text as it is now. */
  diagnostics(): Promise<Diagnostic[]>;
  /** The actions that it offers for a diagnostic. */
  actions(diagnostic: Diagnostic): Promise<CodeAction[]>;
  /** Does what an action says, in the editor: the file on the disk stays as it is. */
  apply(action: CodeAction): Promise<void>;
  /** Types a new text. */
  change(text: string): Promise<void>;
}

export interface Editor {
  open(file: string, languageId: string): Promise<OpenDocument>;
}

/**
 * Starts a language server for a project, as an editor does when the folder is opened.
 *
 * @param project - The folder that is opened.
 * @param args - The server's script below `node_modules` of the ESLint 10 installation, and its arguments.
 * @param settings - What the editor answers when the server asks for its configuration.
 * @returns The editor; the server is ended after the test.
 */
export async function startEditor(project: HostedProject, [script, ...args]: readonly [string, ...string[]], settings: object): Promise<Editor> {
  const server = spawn(process.execPath, [path.join(inject('home'), 'eslint10/node_modules', script), ...args], { cwd: project.folder, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  server.stderr.on('data', (text: Buffer) => (log += text.toString()));
  const ended = new Promise<void>((resolve) => server.once('exit', () => { resolve(); }));
  const connection = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const open = new Map<string, TextDocument>();
  const pushed = new Map<string, Diagnostic[]>();
  let onPush: () => void = () => undefined;

  const applyEdit = (edit: WorkspaceEdit) => {
    const changes = [...Object.entries(edit.changes ?? {}), ...(edit.documentChanges ?? []).flatMap((change) => ('edits' in change ? [[change.textDocument.uri, change.edits] as const] : []))];
    for (const [uri, edits] of changes) {
      const document = open.get(uri);
      if (!document) throw new Error(`An edit in ${uri}, which is not open.`);
      const plain = edits.flatMap((each) => ('newText' in each ? [each] : []));
      open.set(uri, TextDocument.create(uri, document.languageId, document.version + 1, TextDocument.applyEdits(document, plain)));
    }
  };
  const sendText = async (uri: string) => {
    const { version } = open.get(uri)!;
    pushed.delete(uri);
    await connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri, version }, contentChanges: [{ text: open.get(uri)!.getText() }] });
  };

  connection.onRequest(ConfigurationRequest.type, ({ items }) => items.map(() => settings));
  connection.onRequest(RegistrationRequest.type, () => undefined);
  connection.onRequest(DiagnosticRefreshRequest.type, () => undefined);
  connection.onRequest(ApplyWorkspaceEditRequest.type, ({ edit }) => {
    applyEdit(edit);
    return { applied: true };
  });
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
    pushed.set(uri, diagnostics);
    onPush();
  });
  connection.listen();
  onTestFinished(async () => {
    // A server that is asked to end ends; one that does not answer any more is ended.
    const patience = setTimeout(() => server.kill('SIGKILL'), 10_000);
    await connection.sendRequest(ShutdownRequest.type).catch(() => undefined);
    await connection.sendNotification(ExitNotification.type).catch(() => undefined);
    server.stdin.end();
    await ended;
    clearTimeout(patience);
    connection.dispose();
  });

  const folder = { uri: pathToFileURL(project.folder).href, name: 'project' };
  const { capabilities } = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the protocol asks for it, if only to say that there is none
    rootUri: null,
    workspaceFolders: [folder],
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true, applyEdit: true, workspaceEdit: { documentChanges: true } },
      textDocument: { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.fixAll'] } } }, diagnostic: {}, publishDiagnostics: { codeDescriptionSupport: true } },
    },
    initializationOptions: [{ workspaceUri: folder.uri, options: {} }],
  });
  await connection.sendNotification(InitializedNotification.type, {});
  await connection.sendNotification('workspace/didChangeConfiguration', { settings });

  /** Servers that are not asked for diagnostics send them when they have them. */
  const nextPush = (uri: string) =>
    new Promise<Diagnostic[]>((resolve, reject) => {
      const late = setTimeout(() => { reject(new Error(`No diagnostics came.\n${log}`)); }, 60_000);
      onPush = () => {
        const diagnostics = pushed.get(uri);
        if (!diagnostics) return;
        clearTimeout(late);
        resolve(diagnostics);
      };
      onPush();
    });

  return {
    async open(file, languageId) {
      const uri = pathToFileURL(path.join(project.folder, file)).href;
      open.set(uri, TextDocument.create(uri, languageId, 1, project.read(file)));
      await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId, version: 1, text: project.read(file) } });
      const text = () => open.get(uri)!.getText();
      const change = async (to: string) => {
        open.set(uri, TextDocument.create(uri, languageId, open.get(uri)!.version + 1, to));
        await sendText(uri);
      };
      return {
        text,
        change,
        async diagnostics() {
          if (!capabilities.diagnosticProvider) return nextPush(uri);
          const report = await connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
          if (report.kind !== 'full') throw new Error(`No report.\n${log}`);
          return report.items;
        },
        async actions(diagnostic) {
          const actions = await connection.sendRequest(CodeActionRequest.type, { textDocument: { uri }, range: diagnostic.range, context: { diagnostics: [diagnostic] } });
          return (actions ?? []).filter((action): action is CodeAction => 'kind' in action || typeof action.command !== 'string');
        },
        async apply({ edit, command }) {
          if (edit) applyEdit(edit);
          if (command) await connection.sendRequest(ExecuteCommandRequest.type, { command: command.command, ...(command.arguments ? { arguments: command.arguments } : {}) });
          await sendText(uri);
        },
      };
    },
  };
}
